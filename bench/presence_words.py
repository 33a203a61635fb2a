"""The words of each document as vectors, for `bench.presence`: how near a question's words come.

« boules » is in no record about associations, but « association » is near it: a question whose
words are all near some word of a record is likelier to be answered there than one whose rarest
word has nothing like it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.analyser import STOP_WORDS, stem
from knowledge.search.encoder import Vectors
from knowledge.search.vectors import VectorCache
from nlu.text import fold

UNKNOWN = 0.3
"""Likeness of a word that the base never uses: embedding it would cost as much as the question."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_BATCH = 512

Rows = NDArray[np.int32]


def plain_words(text: str) -> list[str]:
    """Return the distinct words of a text that mean something, in order, accents kept.

    >>> plain_words("Les marchés de l'école : des marchés ?")
    ['marchés', 'école']
    """
    found = dict.fromkeys(_WORD.findall(text.replace("’", "'").lower()))
    return [word for word in found if fold(word) not in STOP_WORDS]


def word_stem(word: str) -> str:
    """Return the index term of a word as typed."""
    return stem(fold(word))


@dataclass(frozen=True, slots=True)
class _Lists:
    """The rows of each document end to end; those of `i` are `starts[i]` to `starts[i + 1]`."""

    values: Rows
    starts: NDArray[np.int64]

    def of(self, position: int) -> Rows:
        return self.values[self.starts[position] : self.starts[position + 1]]


@dataclass(frozen=True, slots=True)
class WordIndex:
    """One vector per word of the base, and the words of each document (`heads`: what opens it).

    `stems` tell the row of the first word of each stem; `families` the number of each row's stem.
    """

    rows: Mapping[str, int]
    stems: Mapping[str, int]
    families: Rows
    vectors: Vectors
    wholes: _Lists
    heads: _Lists

    def likeness(
        self, words: Sequence[str], positions: Sequence[int]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how near each document comes to each word, 0 to 1: whole text, then opening.

        Rows are documents. A word of the same stem counts 1.
        """
        rows = np.array([self._row(word) for word in words], dtype=np.int64)
        shape = (len(positions), len(words))
        wholes = np.full(shape, UNKNOWN, dtype=np.float32)
        heads = np.full(shape, UNKNOWN, dtype=np.float32)
        known = rows >= 0
        if known.any():
            wholes[:, known] = self._nearest(self.wholes, rows[known], positions)
            heads[:, known] = self._nearest(self.heads, rows[known], positions)
        return wholes, heads

    def _row(self, word: str) -> int:
        """A word unknown as typed stands for the first of its stem; -1 when there is none."""
        return self.rows.get(word, self.stems.get(word_stem(word), -1))

    def _nearest(
        self, lists: _Lists, rows: NDArray[np.int64], positions: Sequence[int]
    ) -> NDArray[np.float32]:
        held = [lists.of(position) for position in positions]
        distinct, places = np.unique(np.concatenate(held), return_inverse=True)
        cosines = self.vectors[rows] @ self.vectors[distinct].T
        cosines[self.families[rows][:, None] == self.families[distinct][None, :]] = 1
        nearest = np.zeros((len(positions), len(rows)), dtype=np.float32)
        end = 0
        for number, words in enumerate(held):
            start, end = end, end + len(words)
            if len(words):
                nearest[number] = cosines[:, places[start:end]].max(axis=1)
        return nearest


class WordIndexBuilder:
    """Gathers the words of documents, then embeds each once."""

    def __init__(self, cache: VectorCache) -> None:
        self._cache = cache
        self._rows: dict[str, int] = {}
        self._wholes: list[Rows] = []
        self._heads: list[Rows] = []

    def add(self, head: str, rest: str) -> None:
        """Add a document: what opens it (title, summary, example questions), and the rest."""
        opening = self._number(plain_words(head))
        self._heads.append(opening)
        self._wholes.append(np.union1d(opening, self._number(plain_words(rest))).astype(np.int32))

    def build(self) -> WordIndex:
        """Return the immutable index of what was added."""
        words = list(self._rows)
        stems: dict[str, int] = {}
        families = [stems.setdefault(word_stem(word), row) for row, word in enumerate(words)]
        return WordIndex(
            rows=self._rows,
            stems=stems,
            families=np.array(families, dtype=np.int32),
            vectors=np.vstack([self._cache.vectors(words[:0]), *self._embedded(words)]),
            wholes=_joined(self._wholes),
            heads=_joined(self._heads),
        )

    def _number(self, words: Iterable[str]) -> Rows:
        rows = [self._rows.setdefault(word, len(self._rows)) for word in words]
        return np.array(rows, dtype=np.int32)

    def _embedded(self, words: Sequence[str]) -> Iterable[Vectors]:
        for start in range(0, len(words), _BATCH):
            yield self._cache.vectors(words[start : start + _BATCH])


def _joined(lists: Sequence[Rows]) -> _Lists:
    sizes = [len(each) for each in lists]
    values = np.concatenate([np.empty(0, dtype=np.int32), *lists])
    return _Lists(values, np.concatenate(([0], np.cumsum(sizes))).astype(np.int64))
