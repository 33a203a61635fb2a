"""Correction of typing errors against the words of the base itself."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from wordfreq import top_n_list

from nlu.text import fold, strip_accents

MIN_LENGTH = 4
SHORT_WORD = 5
COMMON_WORDS = 50_000
_CACHE = 20_000


@cache
def common_words() -> Mapping[str, str]:
    """Map each common French word, folded, to its most frequent spelling (wordfreq)."""
    spellings: dict[str, str] = {}
    for word in top_n_list("fr", COMMON_WORDS):
        spellings.setdefault(fold(word), word)
    return spellings


class Speller:
    """Suggests the word of the base that a misspelt word stands for.

    Words of the base and common French words are never touched; neither are words with digits.
    """

    def __init__(self, counts: Mapping[str, int], protected: Iterable[str] = ()) -> None:
        """Take the folded words of the base with their number of occurrences.

        `protected` are other right words, folded: names of places are not to be « corrected ».
        """
        self._known = frozenset(counts) | common_words().keys() | frozenset(protected)
        kept = sorted(word for word in counts if len(word) >= MIN_LENGTH - 1 and word.isalpha())
        self._words = kept
        self._counts = [counts[word] for word in kept]
        self._letters = _signatures(kept)
        self._lengths = np.array([len(word) for word in kept], dtype=np.int16)
        self.correct = lru_cache(maxsize=_CACHE)(self._correct)

    def is_known(self, folded: str) -> bool:
        """Tell whether a folded word needs no correction."""
        return len(folded) < MIN_LENGTH or not folded.isalpha() or folded in self._known

    def _correct(self, folded: str) -> str | None:
        """Return the nearest word of the base, or None when the word is right or too far."""
        if self.is_known(folded):
            return None
        limit = 1 if len(folded) <= SHORT_WORD else 2
        best: tuple[int, int, int] | None = None
        for position in self._near(folded, limit):
            word = self._words[position]
            distance = OSA.distance(folded, word, score_cutoff=limit)
            if distance > limit:
                continue
            # The nearest, then the same first letter (rarely mistyped), then the most frequent.
            rank = (2 * distance + (word[0] != folded[0]), -self._counts[position], position)
            best = rank if best is None else min(best, rank)
        return self._words[best[2]] if best else None

    def _near(self, folded: str, limit: int) -> Iterable[int]:
        """Sift the vocabulary: an edit changes at most two letters of the set of letters."""
        different = np.bitwise_count(self._letters ^ _signature(folded)) <= 2 * limit
        close = np.abs(self._lengths - len(folded)) <= limit
        return [int(position) for position in np.flatnonzero(different & close)]


def restore_accents(word: str, spellings: Mapping[str, str]) -> str:
    """Return a word typed without accents with those of its usual spelling.

    `spellings` maps folded words of the base to their spelling; it wins over common French.
    """
    if word != strip_accents(word):
        return word
    folded = fold(word)
    restored = spellings.get(folded) or common_words().get(folded)
    if restored is None or strip_accents(restored) == restored:
        return word
    return restored.capitalize() if word[0].isupper() else restored


def _signature(word: str) -> np.uint32:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 32)
    return np.uint32(bits)


def _signatures(words: Iterable[str]) -> NDArray[np.uint32]:
    return np.array([_signature(word) for word in words], dtype=np.uint32)
