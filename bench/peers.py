"""The engines beside which the search is measured: bm25s, tantivy, PostgreSQL full text.

Each is set up as its own documentation advises for French: bm25s with its tokenizer, French stop
words and a Snowball stemmer; tantivy with a lower-casing, accent-folding, stemming analyser and
separate title and body fields; PostgreSQL with the `french` configuration, titles weighted A, any
word of the question accepted and the cover density rank divided by the length.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import bm25s
import psycopg
import Stemmer
import tantivy

from api.postgres import start_embedded

Documents = Sequence[tuple[str, str, str]]
"""Id, title, text of each document."""
Search = Callable[[str], list[str]]
"""Return the ids of the ten best documents, best first."""

DEPTH = 10


def build_bm25s(documents: Documents) -> Search:
    """Return bm25s over title and text in one field."""
    stemmer = Stemmer.Stemmer("french")
    tokens = bm25s.tokenize(
        [f"{title} {text}" for _, title, text in documents],
        stopwords="fr",
        stemmer=stemmer,
        show_progress=False,
    )
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)

    def search(query: str) -> list[str]:
        asked = bm25s.tokenize([query], stopwords="fr", stemmer=stemmer, show_progress=False)
        if not asked.vocab:
            return []
        found, _ = index.retrieve(asked, k=min(DEPTH, len(documents)), show_progress=False)
        return [documents[int(place)][0] for place in found[0]]

    return search


def build_tantivy(documents: Documents) -> Search:
    """Return tantivy over two fields."""
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in ("title", "body"):
        schema.add_text_field(name, tokenizer_name="french")
    index = tantivy.Index(schema.build())
    analyser = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("french"))
        .build()
    )
    index.register_tokenizer("french", analyser)
    writer = index.writer()
    for id_, title, text in documents:
        writer.add_document(tantivy.Document(id=id_, title=title, body=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(query: str) -> list[str]:
        asked, _ = index.parse_query_lenient(_words(query), ["title", "body"])
        hits = searcher.search(asked, DEPTH).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    return search


@contextmanager
def open_postgres(documents: Documents) -> Iterator[Search]:
    """Give PostgreSQL's full text search over an embedded server of its own."""
    with TemporaryDirectory() as folder:
        server = start_embedded(Path(folder) / "postgres")
        try:
            with psycopg.connect(server.url, autocommit=True) as connection:
                _fill(connection, documents)
                yield lambda query: _ask(connection, query)
        finally:
            server.stop()


def _fill(connection: psycopg.Connection, documents: Documents) -> None:
    connection.execute("create table page (id text primary key, words tsvector)")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into page values (%s, setweight(to_tsvector('french', %s), 'A')"
            " || setweight(to_tsvector('french', %s), 'D'))",
            documents,
        )
    connection.execute("create index on page using gin (words)")
    connection.execute("analyze page")


def _ask(connection: psycopg.Connection, query: str) -> list[str]:
    rows = connection.execute(
        "with asked as (select replace(plainto_tsquery('french', %s)::text, '&', '|')::tsquery q)"
        " select id from page, asked where words @@ q order by ts_rank_cd(words, q, 1) desc, id"
        " limit %s",
        (query.replace("\0", " "), DEPTH),
    )
    return [row[0] for row in rows]


def _words(query: str) -> str:
    return " ".join("".join(each if each.isalnum() else " " for each in query).split())
