"""Sentence vectors of the documents, and their likeness to a question."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from knowledge.search.encoder import Encoder, Vectors

Item = TypeVar("Item")

BATCH = 64
EMBEDDED_CHARS = 1000

Progress = Callable[[int, int | None], None]
"""Called with what is done and the total, None when unknown."""


def text_hash(text: str) -> str:
    """Identify a text whose vector is kept; the same text is never embedded twice."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]


class VectorCache:
    """Vectors by text hash: those handed in, then those computed here (`fresh`).

    `keep=False` forgets what is computed: nobody will store the vectors of an evaluation.
    """

    def __init__(
        self,
        encoder: Encoder,
        stored: Mapping[str, NDArray[np.float32]] | None = None,
        *,
        keep: bool = True,
    ) -> None:
        self._encoder = encoder
        self._stored = stored or {}
        self._keep = keep
        self.fresh: dict[str, NDArray[np.float32]] = {}

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, embedding only those not known yet."""
        if not texts:
            return np.empty((0, self._encoder.dimension), dtype=np.float32)
        keys = [text_hash(text) for text in texts]
        known = {key: found for key in keys if (found := self._find(key)) is not None}
        missing = {k: text for k, text in zip(keys, texts, strict=True) if k not in known}
        if missing:
            computed = dict(zip(missing, self._encoder.encode(list(missing.values())), strict=True))
            known |= computed
            if self._keep:
                self.fresh |= computed
        return np.stack([known[key] for key in keys])

    def _find(self, key: str) -> NDArray[np.float32] | None:
        return self._stored.get(key, self.fresh.get(key))


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """One row per document, `(title + body) / 2`, and one per example question.

    The mean of two cosines is the product with the mean vector: half the memory, half the time.
    The questions of document `i` are the rows `starts[i]` to `starts[i + 1]`.
    """

    documents: Vectors
    questions: Vectors
    starts: NDArray[np.int64]

    def similarity(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the mean of the cosines with title and body, for every document."""
        return _products(self.documents, query)

    def best_question(
        self, query: NDArray[np.float32], positions: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Return the greatest cosine with the questions of each position; 0 without question."""
        best = np.zeros(len(positions), dtype=np.float32)
        starts, ends = self.starts[positions], self.starts[positions + 1]
        lengths = ends - starts
        held = lengths > 0
        if not held.any():
            return best
        offsets = np.concatenate(([0], np.cumsum(lengths[held])[:-1]))
        rows = np.arange(int(lengths.sum())) + np.repeat(starts[held] - offsets, lengths[held])
        best[held] = np.maximum.reduceat(_products(self.questions[rows], query), offsets)
        return best


def _products(rows: Vectors, query: NDArray[np.float32]) -> NDArray[np.float32]:
    # One thread on purpose: BLAS spreads this product over all cores, and where they are busy its
    # threads wait for each other (measured: 12 ms instead of 0.9 for 10,000 rows, at load 5).
    products: NDArray[np.float32] = np.einsum("ij,j->i", rows, query)
    return products


class VectorIndexBuilder:
    """Embeds documents batch by batch, without keeping their texts."""

    def __init__(self, cache: VectorCache) -> None:
        self._cache = cache
        self._documents: list[Vectors] = []
        self._questions: list[Vectors] = []
        self._counts: list[int] = []

    def add(self, batch: Sequence[tuple[str, str, Sequence[str]]]) -> None:
        """Add documents given as (title, body, questions); an empty part counts as the other."""
        titles = [title or body[:EMBEDDED_CHARS] for title, body, _ in batch]
        bodies = [body[:EMBEDDED_CHARS] or title for title, body, _ in batch]
        mean = np.float32(0.5) * (self._cache.vectors(titles) + self._cache.vectors(bodies))
        self._documents.append(mean)
        self._questions.append(self._cache.vectors([q for *_, qs in batch for q in qs]))
        self._counts += [len(questions) for *_, questions in batch]

    def build(self) -> VectorIndex:
        """Return the immutable index of what was added."""
        return VectorIndex(
            documents=np.vstack(self._documents),
            questions=np.vstack(self._questions),
            starts=np.concatenate(([0], np.cumsum(self._counts))).astype(np.int64),
        )


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut any iterable in lists of `size`, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
