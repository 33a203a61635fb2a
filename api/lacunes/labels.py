"""The words that tell one group of questions from the others, as their authors write them."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from knowledge.search.analyser import analyse
from nlu.text import words

_SHOWN = 4
_MIN_LETTERS = 3
_FEW_GROUPS = 30
_COMMON = 0.1
"""Among many groups, a word that more than this share of them use tells none from the others."""


def distinctive_words(groups: Sequence[Sequence[str]], *, shown: int = _SHOWN) -> list[list[str]]:
    """Return for each group its most distinctive words, the most telling first.

    A word weighs the share of the group's questions that use it, times its rarity among groups.
    """
    counted = [_count(group) for group in groups]
    present = Counter(term for terms, _ in counted for term in terms)
    return [
        [spellings[term] for term in _best(terms, present, total=len(groups))[:shown]]
        for terms, spellings in counted
    ]


def _best(terms: Counter[str], present: Counter[str], *, total: int) -> list[str]:
    highest = max(terms.values(), default=1)
    weights = {
        term: count * math.log(1 + total / present[term])
        for term, count in terms.items()
        # In a group of many, a word used once says nothing of the group.
        if (highest == 1 or count > 1) and (total < _FEW_GROUPS or present[term] <= _COMMON * total)
    }
    return sorted(weights, key=lambda term: (-weights[term], term))


def _count(questions: Sequence[str]) -> tuple[Counter[str], dict[str, str]]:
    """Return how many questions use each term, and the most frequent spelling of each."""
    used: Counter[str] = Counter()
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for question in questions:
        found = list(_terms(question))
        used.update({term for term, _ in found})
        for term, spelling in found:
            spellings[term][spelling] += 1
    chosen = {
        term: min(seen, key=lambda word, seen=seen: (-seen[word], word))  # type: ignore[misc]
        for term, seen in spellings.items()
    }
    return used, chosen


def _terms(question: str) -> Iterator[tuple[str, str]]:
    for typed in question.replace("’", "'").split():
        for part in typed.lower().split("'"):
            word = part.strip('.,;:!?«»"()[]…-')
            terms = analyse(word)
            if len(terms) == 1 and len(word) >= _MIN_LETTERS and words(word)[0].isalpha():
                yield terms[0], word
