"""How well the product's own search finds, on any corpus of the BEIR format."""

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from knowledge.search.beir import (
    BeirFormatError,
    load_texts,
    read_corpus,
    read_qrels,
    read_queries,
)
from knowledge.search.encoder import Encoder
from knowledge.search.index import HybridIndex, IndexBuilder, IndexedText, top_positions
from knowledge.search.vectors import Progress

DEPTH = 10

MEASURES = (
    "recall_at_1",
    "recall_at_3",
    "recall_at_10",
    "success_at_1",
    "success_at_3",
    "success_at_10",
    "mrr_at_10",
    "ndcg_at_10",
)
"""The measures of quality, in the order of a `SearchReport`."""


@dataclass(frozen=True, slots=True)
class SearchReport:
    """Means over the judged queries; between 0 and 1, the higher the better.

    Recall is the share of the relevant documents found (BEIR); success tells whether one at least
    was. Latencies are milliseconds per query; searching does not include embedding the query.
    """

    recall_at_1: float
    recall_at_3: float
    recall_at_10: float
    success_at_1: float
    success_at_3: float
    success_at_10: float
    mrr_at_10: float
    ndcg_at_10: float
    documents: int
    queries: int
    index_seconds: float
    search_p50_ms: float
    search_p95_ms: float
    embedding_p50_ms: float
    embedding_p95_ms: float

    def as_dict(self) -> dict[str, float | int]:
        """Return the measures by name, rounded."""
        return {name: round(value, 4) for name, value in asdict(self).items()}

    def as_table(self) -> str:
        """Return the measures as French lines, for a terminal."""
        labels = load_texts()["mesures"]
        width = max(map(len, labels.values()))
        rows = self.as_dict().items()
        return "\n".join(f"{labels[name]:<{width}}  {value:>10}" for name, value in rows)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the search returned for one query, and how long it took, in seconds."""

    documents: Sequence[str]
    embedding: float
    search: float


def run_beir(
    corpus: Path,
    queries: Path,
    qrels: Path,
    encoder: Encoder | None,
    *,
    progress: Progress | None = None,
) -> SearchReport:
    """Index a corpus, ask the judged queries, measure. Knows nothing of the product's base.

    `progress` is told how many documents are indexed, of how many.

    Raises:
        BeirFormatError: a line of a file cannot be read, or no query is judged.
    """
    judgements = read_qrels(qrels)
    asked = {id_: text for id_, text in read_queries(queries) if _relevant(judgements.get(id_))}
    if not asked:
        raise BeirFormatError(queries, 1, "aucune", qrels=qrels.name)
    started = time.perf_counter()
    index, ids = _build(corpus, encoder, progress)
    elapsed = time.perf_counter() - started
    answers = {id_: _ask(index, ids, encoder, text) for id_, text in asked.items()}
    return _report(answers, judgements, documents=len(ids), index_seconds=elapsed)


def mean_scores(
    answers: Iterable[tuple[Sequence[str], Mapping[str, int]]],
) -> dict[str, float]:
    """Return the means of `MEASURES` over answered questions.

    An answer is the ids found, best first, and the judgements of its question by document.
    """
    means = np.array([_score(found, judged) for found, judged in answers]).mean(axis=0)
    return {name: float(mean) for name, mean in zip(MEASURES, means, strict=True)}


def _build(
    corpus: Path, encoder: Encoder | None, progress: Progress | None
) -> tuple[HybridIndex, list[str]]:
    ids: dict[str, None] = {}

    def texts() -> Iterator[IndexedText]:
        for number, (id_, text) in enumerate(read_corpus(corpus), start=1):
            if id_ in ids:
                raise BeirFormatError(corpus, number, "double", id=id_)
            ids[id_] = None
            yield text

    total = _count_lines(corpus) if progress else None
    builder = IndexBuilder(encoder, keep_vectors=False)
    index = builder.build(texts(), total=total, progress=progress)
    return index, list(ids)


def _ask(index: HybridIndex, ids: Sequence[str], encoder: Encoder | None, text: str) -> _Answer:
    started = time.perf_counter()
    query = index.repair.repair(text)
    repaired = time.perf_counter()
    vector = encoder.encode([query.for_encoder])[0] if encoder else None
    embedded = time.perf_counter()
    relevance = index.relevance(query, vector)
    best = [ids[position] for position in top_positions(relevance.total, DEPTH)]
    ended = time.perf_counter()
    return _Answer(best, embedded - repaired, (ended - embedded) + (repaired - started))


def _report(
    answers: Mapping[str, _Answer],
    judgements: Mapping[str, Mapping[str, int]],
    *,
    documents: int,
    index_seconds: float,
) -> SearchReport:
    means = mean_scores((each.documents, judgements[id_]) for id_, each in answers.items())
    searches = np.array([each.search for each in answers.values()]) * 1000
    embeddings = np.array([each.embedding for each in answers.values()]) * 1000
    return SearchReport(
        **means,
        documents=documents,
        queries=len(answers),
        index_seconds=index_seconds,
        search_p50_ms=float(np.quantile(searches, 0.5)),
        search_p95_ms=float(np.quantile(searches, 0.95)),
        embedding_p50_ms=float(np.quantile(embeddings, 0.5)),
        embedding_p95_ms=float(np.quantile(embeddings, 0.95)),
    )


def _score(found: Sequence[str], judged: Mapping[str, int]) -> tuple[float, ...]:
    """Return the measures of one query, in the order of `MEASURES`."""
    relevant = _relevant(judged)
    hits = [document in relevant for document in found]
    counts = [sum(hits[:depth]) for depth in (1, 3, DEPTH)]
    first = hits.index(True) + 1 if any(hits) else 0
    return (
        *(count / len(relevant) for count in counts),
        *(float(count > 0) for count in counts),
        1 / first if first else 0.0,
        _dcg([relevant.get(document, 0) for document in found])
        / _dcg(sorted(relevant.values(), reverse=True)),
    )


def _dcg(gains: Sequence[int]) -> float:
    """Discounted cumulative gain of the first ten, linear gains as trec_eval counts them."""
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:DEPTH], start=1))


def _relevant(judged: Mapping[str, int] | None) -> dict[str, int]:
    return {id_: score for id_, score in (judged or {}).items() if score > 0}


def _count_lines(path: Path) -> int:
    with path.open("rb") as stream:
        chunks = iter(lambda: list(islice(stream, 10_000)), [])
        return sum(sum(1 for line in chunk if line.strip()) for chunk in chunks)
