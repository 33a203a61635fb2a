"""Turns the phrases of the vocabularies into spaCy patterns, and settles overlapping matches.

The small language that agents write: « budget participatif », « (réunion|atelier) publique »,
« eau dans * vin » (`*`: up to three words). Words are compared by their folded singular form, which
the `folded_forms` component puts in `token.lemma_`; capitals-only sigles by `token.orth_`.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from spacy.tokens import Span

from nlu.phonetics import sound
from nlu.text import fold, singular

SpanPattern = dict[str, Any]
"""What spaCy's SpanRuler takes: `label`, and `pattern`, a phrase or a list of token patterns."""

EXCEPT = "sauf:"
"""Prefix of the label of phrases that cancel a label where they match."""

_MAX_GAP = 3
_MIN_HEARD = 9
_PIECE = re.compile(r"\([^)]*\)|\*|[^\s()*]+")
_WORD = re.compile(r"[^\W_]+")
_ELISION = re.compile(r"\b(?:l|d|j|n|m|s|c|qu)'(?=[a-z])")
_GAP: list[dict[str, Any]] = [{"IS_PUNCT": False, "IS_SPACE": False, "OP": "?"}] * _MAX_GAP


def vocabulary_patterns(vocabulary: Mapping[str, Mapping[str, list[str]]]) -> list[SpanPattern]:
    """Return the patterns of a vocabulary: label → expressions, sigles, SIGLES, sauf."""
    patterns: list[SpanPattern] = []
    for label, entry in vocabulary.items():
        patterns += phrase_patterns(label, entry.get("expressions", []))
        patterns += phrase_patterns(EXCEPT + label, entry.get("sauf", []))
        patterns += phrase_patterns(label, entry.get("sigles", []))
        patterns += [
            {"label": label, "pattern": [{"ORTH": sigle}]} for sigle in entry.get("SIGLES", [])
        ]
    return patterns


def phrase_patterns(label: str, phrases: Iterable[str]) -> list[SpanPattern]:
    """Return the patterns of phrases written in the small language, under one label."""
    return [
        {"label": label, "pattern": pattern}
        for phrase in phrases
        for pattern in (_with_gaps(phrase) if "*" in phrase else _expand(phrase))
    ]


def heard_patterns(patterns: Iterable[SpanPattern]) -> list[SpanPattern]:
    """Return the phrases long enough to be known by their sound: several words, none alike."""
    return [
        pattern
        for pattern in patterns
        if isinstance(pattern["pattern"], str)
        and " " in pattern["pattern"]
        and len(sound(pattern["pattern"])) >= _MIN_HEARD
    ]


def phrase_words(phrases: Iterable[str]) -> Iterator[str]:
    """Yield the words of the phrases, accents kept: what the speller may correct towards."""
    for phrase in phrases:
        yield from _WORD.findall(phrase)


def drop_exceptions(spans: Sequence[Span]) -> list[Span]:
    """Return the matches in reading order, without those inside an exception to their label."""
    exceptions = [span for span in spans if span.label_.startswith(EXCEPT)]
    kept = (
        span
        for span in spans
        if not span.label_.startswith(EXCEPT)
        and not any(e.label_ == EXCEPT + span.label_ and covers(e, span) for e in exceptions)
    )
    return sorted(kept, key=lambda span: (span.start, -span.end))


def keep_most_specific(spans: Sequence[Span]) -> list[Span]:
    """Drop the matches inside a longer one; two labels on the very same words are both kept."""
    return [
        span
        for span in spans
        if not any(covers(other, span) and len(other) > len(span) for other in spans)
    ]


def covers(outer: Span, inner: Span) -> bool:
    """Tell whether `inner` lies within `outer`, bounds included."""
    return outer.start <= inner.start and inner.end <= outer.end


def _expand(phrase: str) -> Iterator[str]:
    """Yield each wording of a phrase without gap; elisions also as typed without apostrophe."""
    pieces = [piece.strip("()").split("|") for piece in _PIECE.findall(phrase)]
    for choice in itertools.product(*pieces):
        written = fold(" ".join(choice)).replace("' ", "'")
        yield from dict.fromkeys((written, _ELISION.sub(lambda m: m.group()[:-1], written)))


def _with_gaps(phrase: str) -> Iterator[list[dict[str, Any]]]:
    """Yield token patterns; the first word is one word, since all of them are tried everywhere."""
    first, *others = _PIECE.findall(fold(phrase))
    pieces = [list(_piece_options(first, apart=True)), *map(list, map(_piece_options, others))]
    for choice in itertools.product(*pieces):
        yield list(itertools.chain.from_iterable(choice))


def _piece_options(piece: str, *, apart: bool = False) -> Iterator[list[dict[str, Any]]]:
    """Yield one token pattern for all the single words, or each of them `apart`; then the others.

    The others are the wordings of several words, one sequence each.
    """
    if piece == "*":
        yield _GAP
        return
    options = [
        [singular(word) for word in _WORD.findall(option)]
        for option in piece.strip("()").split("|")
    ]
    singles = sorted({words[0] for words in options if len(words) == 1})
    if apart or len(singles) == 1:
        yield from ([{"LEMMA": word}] for word in singles)
    elif singles:
        yield [{"LEMMA": {"IN": singles}}]
    yield from ([{"LEMMA": word} for word in words] for words in options if len(words) > 1)
