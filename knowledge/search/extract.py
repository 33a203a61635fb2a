"""The sentence of a resource that answers best, quoted exactly."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from knowledge.search.analyser import analyse

MIN_WORDS = 5
MAX_CHARS = 400
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"(\*\*|__|`|^\s{0,3}#{1,6}\s+|^\s{0,3}>\s?|^\s*(?:[-*+]|\d+[.)])\s+)", re.M)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[«\"(A-ZÀ-ÖØ-Þ0-9])|\n+")


def plain_text(markdown: str) -> str:
    """Return a Markdown text without its marks; words and punctuation stay as written."""
    return _MARKS.sub("", _LINK.sub(r"\1", markdown)).strip()


def sentences(markdown: str) -> Iterator[str]:
    """Yield the sentences of a Markdown text, each an exact part of its plain text."""
    for part in _SENTENCE_END.split(plain_text(markdown)):
        sentence = part.strip()
        if len(sentence.split()) >= MIN_WORDS and len(sentence) <= MAX_CHARS:
            yield sentence


def best_sentence(
    markdown: str, terms: Sequence[str], rarity: Callable[[str], float]
) -> str | None:
    """Return the sentence that holds the rarest words of the question, None when none does."""
    weights = {term: rarity(term) for term in terms}
    best, best_score = None, 0.0
    for sentence, held in _analysed(markdown):
        # A long sentence holds more words by chance.
        score = sum(weights[term] for term in held & weights.keys()) / (len(held) + 10) ** 0.5
        if score > best_score:
            best, best_score = sentence, score
    return best


@lru_cache(maxsize=2_000)
def _analysed(markdown: str) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((sentence, frozenset(analyse(sentence))) for sentence in sentences(markdown))
