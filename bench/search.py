"""Latency of the search over many documents, against plain BM25 in the same run.

    python -m bench.search --documents 1000 10000 100000 --svg docs/recherche-taille.svg

Documents are synthetic: sentences of the product's own records, shuffled. Their vectors are drawn
at random, because time does not depend on their values; the real encoder is timed apart, then with
the search. The baseline is bm25s on one field (same analyser, no speller, no vector, no prior).
Each size runs in a process of its own, so that its memory is its own.
"""

import argparse
import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import psutil
from numpy.typing import NDArray

from bench.growth import growth_svg
from knowledge.resources.content import parse_content
from knowledge.resources.lint import read_folder
from knowledge.resources.resource import Resource
from knowledge.search.analyser import analyse
from knowledge.search.engine import ResourceIndex, SearchEngine, to_indexed_text
from knowledge.search.extract import sentences
from knowledge.search.places import FindTerritoire
from knowledge.search.query import SearchQuery
from knowledge.search.vectors import BATCH, EMBEDDED_CHARS
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.territoire import to_context
from nlu.encoder import UseEncoder

CONTENT_DIR = Path(__file__).parent.parent / "knowledge" / "contenu"
DIMENSION = 512
DAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds per call."""

    p50: float
    p95: float
    p99: float


class RandomEncoder:
    """Unit vectors drawn at random, at no cost: the time of the search alone remains."""

    name = "bench/random"
    dimension = DIMENSION

    def __init__(self) -> None:
        self._draw = np.random.default_rng(1)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one random unit row per text."""
        vectors = self._draw.standard_normal((len(texts), DIMENSION), dtype=np.float32)
        norms: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / norms


def read_records() -> list[Resource]:
    """Return the product's records, as the material of the synthetic ones."""
    return [parse_content(file.text, file=file.path.name) for file in read_folder(CONTENT_DIR)]


def make_resources(
    records: Sequence[Resource], count: int, territoires: TerritoireBase
) -> Iterator[Resource]:
    """Yield resources of ordinary size, each with its questions and its place."""
    draw = random.Random(1)  # noqa: S311 - material of a benchmark
    pool = [sentence for record in records for sentence in sentences(record.body)]
    questions = [question for record in records for question in record.questions]
    communes = [each for each in territoires if each.type == "commune"]
    for number in range(count):
        model = draw.choice(records)
        place = "france" if draw.random() < 0.5 else f"commune:{draw.choice(communes).code}"  # noqa: PLR2004
        yield replace(
            model,
            id=f"{model.type}-{number}",
            title=" ".join(draw.sample(model.title.split(), k=len(model.title.split()))),
            body="\n".join(draw.sample(pool, k=7)),
            questions=tuple(draw.sample(questions, k=4)),
            territoires=(place,),
            expires_on=DAY + timedelta(days=10_000),
        )


def make_queries(
    records: Sequence[Resource], count: int, territoires: TerritoireBase
) -> list[SearchQuery]:
    """Return questions of the records, one word in five misspelt, asked from real communes."""
    draw = random.Random(2)  # noqa: S311
    communes = [each for each in territoires if each.type == "commune"]
    asked = [question for record in records for question in record.questions]
    return [
        SearchQuery(
            text=" ".join(_misspell(word, draw) for word in draw.choice(asked).split()),
            territoire=to_context(draw.choice(communes)),
        )
        for _ in range(count)
    ]


def measure(call: Callable[[SearchQuery], object], queries: Sequence[SearchQuery]) -> Latency:
    """Time a call per query, after a short warm-up on the first ones."""
    for query in queries[:20]:
        call(query)
    times = []
    for query in queries:
        started = time.perf_counter()
        call(query)
        times.append((time.perf_counter() - started) * 1000)
    p50, p95, p99 = np.quantile(times, [0.5, 0.95, 0.99])
    return Latency(round(p50, 2), round(p95, 2), round(p99, 2))


def plain_bm25(resources: Sequence[Resource]) -> Callable[[SearchQuery], object]:
    """Return the baseline: bm25s, one field, ten best."""
    texts = map(to_indexed_text, resources)
    terms = [analyse(f"{t.title} {t.body} {' '.join(t.questions)}") for t in texts]
    index = bm25s.BM25(csc_backend="scipy")
    index.index(terms, show_progress=False)

    def search(query: SearchQuery) -> object:
        scores = index.get_scores_from_ids(index.get_tokens_ids(analyse(query.text)))
        return np.argpartition(-scores, 10)[:10]

    return search


def run(documents: int, questions: int) -> dict[str, Any]:
    """Build, measure, compare: one size."""
    records, territoires = read_records(), load_territoires()
    resources = list(make_resources(records, documents, territoires))
    queries = make_queries(records, questions, territoires)
    baseline = measure(plain_bm25(resources), queries)
    gc.collect()
    before, started = _memory(), time.perf_counter()
    index = ResourceIndex.build(
        resources, encoder=RandomEncoder(), find_territoire=_finder(territoires)
    )
    built = time.perf_counter() - started
    gc.collect()
    memory = _memory() - before
    product = measure(SearchEngine(index).search, queries)
    encoder = UseEncoder()
    embedded = measure(SearchEngine(replace(index, encoder=encoder)).search, queries)
    return {
        "documents": documents,
        "queries": questions,
        "build_seconds": round(built, 1),
        "memory_mib": round(memory / 2**20),
        "baseline_ms": vars_of(baseline),
        "search_ms": vars_of(product),
        "search_and_embedding_ms": vars_of(embedded),
        "ratio_p50": round(product.p50 / baseline.p50, 1),
        "ratio_p95": round(product.p95 / baseline.p95, 1),
        "embedded_texts_per_second": _throughput(encoder, resources[:256]),
    }


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


def _throughput(encoder: UseEncoder, resources: Sequence[Resource]) -> int:
    texts = [to_indexed_text(each).body[:EMBEDDED_CHARS] for each in resources]
    started = time.perf_counter()
    for first in range(0, len(texts), BATCH):
        encoder.encode(texts[first : first + BATCH])
    return round(len(texts) / (time.perf_counter() - started))


def vars_of(latency: Latency) -> dict[str, float]:
    """Return a latency as a mapping."""
    return {"p50": latency.p50, "p95": latency.p95, "p99": latency.p99}


def main() -> None:
    """Read the options, run each size apart, print JSON, draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--svg", type=Path, help="draw the cost against the size")
    options = parser.parse_args()
    reports = []
    for documents in options.documents:
        # A fresh interpreter: nothing of the size before stays in memory.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            reports.append(pool.submit(run, documents, options.queries).result())
        sys.stdout.write(json.dumps(reports[-1], indent=2) + "\n")
        sys.stdout.flush()
    if options.svg:
        options.svg.write_text(growth_svg(reports), encoding="utf-8")


def _finder(territoires: TerritoireBase) -> FindTerritoire:
    known = {f"{each.type}:{each.code}": each for each in territoires}
    return known.get


def _misspell(word: str, draw: random.Random) -> str:
    if len(word) < 5 or draw.random() > 0.2:  # noqa: PLR2004
        return word
    place = draw.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1 :]


if __name__ == "__main__":
    main()
