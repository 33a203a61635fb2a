"""What the form of a synonym may already hold: what the questions of a subject write, in common."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.search.analyser import analyse
from nlu.text import fold

MAX_FORMS = 6
_ACRONYM = re.compile(r"\b[A-ZÀ-Ý]{2,6}\b")
_SHARE = 0.5
"""Share of the questions that say the same two words for them to be one expression."""
_FEW = 2
_LINKED = 2
"""« bois mort », « salle des fêtes »: two telling words, or one small word between them."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The meaning and the forms that a synonym may have; whoever saves it has read them."""

    sens: str = ""
    formes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    place: int
    typed: str
    term: str


def suggest_synonym(
    questions: Sequence[str],
    words: Sequence[str],
    *,
    themes: Sequence[str],
    acronyms: Mapping[str, str],
) -> Suggestion:
    """Return a synonym to start from.

    `words` are the distinctive words of the subject, `themes` its own, the most frequent first.
    `acronyms` says what each means, by its folded letters. The meaning is that of an acronym that
    the questions use, else their theme; the forms are what they say of it in other words.
    """
    used = _acronyms(questions)
    meant = next((acronyms[fold(each)] for each in used if fold(each) in acronyms), "")
    meaning = meant or (themes[0] if themes else "")
    said = set(analyse(meaning))
    short = {fold(each) for each in used}
    expressions = [
        each
        for each in _expressions(questions, {fold(each) for each in words})
        if not short & set(fold(each).split())
    ]
    covered = {term for each in expressions for term in analyse(each)}
    rest = [each for each in words if fold(each) not in short and not set(analyse(each)) & covered]
    forms = dict.fromkeys([*used, *expressions, *rest])
    kept = [each for each in forms if each in used or not set(analyse(each)) <= said]
    return Suggestion(meaning, tuple(kept[:MAX_FORMS]))


def _acronyms(questions: Sequence[str]) -> list[str]:
    """Return the words in capitals of questions that are not all in capitals."""
    found = Counter(
        each
        for question in questions
        if not question.isupper()
        for each in dict.fromkeys(_ACRONYM.findall(question))
    )
    return [each for each, _ in found.most_common()]


def _expressions(questions: Sequence[str], words: set[str]) -> list[str]:
    """Return the pairs of words that most questions write side by side, one of them distinctive."""
    used: Counter[tuple[str, str]] = Counter()
    spellings: dict[tuple[str, str], str] = {}
    for question in questions:
        found = dict(_pairs(question, words))
        used.update(found.keys())
        spellings = found | spellings
    enough = max(_FEW, _SHARE * len(questions))
    return [spellings[pair] for pair, count in used.most_common() if count >= enough]


def _pairs(question: str, words: set[str]) -> Iterator[tuple[tuple[str, str], str]]:
    typed = re.findall(r"[^\W_]+(?:-[^\W_]+)*", question.lower())
    telling = [
        _Word(place, word, terms[0])
        for place, word in enumerate(typed)
        if len(terms := analyse(word)) == 1
    ]
    for one, other in pairwise(telling):
        near = other.place - one.place <= _LINKED
        if near and {fold(one.typed), fold(other.typed)} & words:
            yield (one.term, other.term), " ".join(typed[one.place : other.place + 1])
