"""Two classifiers on the same labelled sentences: what one gains and loses over the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nlu.evaluation import NluReport, evaluate
from nlu.intents_examples import IntentExample
from nlu.understanding import IntentScore


class RanksMany(Protocol):
    """Anything that ranks the intents of many texts."""

    def rank_many(self, texts: Sequence[str]) -> Sequence[tuple[IntentScore, ...]]:
        """Return the intents of each text, best first."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A labelled sentence that the two do not read the same way; `intent` is its label."""

    text: str
    intent: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What each is worth, and the sentences that the second one gains and loses."""

    before: NluReport
    after: NluReport
    gained: tuple[Moved, ...]
    lost: tuple[Moved, ...]


class _Read:
    """What was said of some texts, once for all."""

    def __init__(self, ranker: RanksMany, texts: Sequence[str]) -> None:
        self._known = dict(zip(texts, ranker.rank_many(texts), strict=True))

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        return self._known[text]

    def best(self, text: str) -> str:
        return self._known[text][0].intent


def compare(
    current: RanksMany, candidate: RanksMany, examples: Sequence[IntentExample]
) -> Comparison:
    """Read every sentence with both; what moved comes in the order of the sentences."""
    texts = [each.text for each in examples]
    old, new = _Read(current, texts), _Read(candidate, texts)
    moved = [
        Moved(each.text, each.intent, old.best(each.text), new.best(each.text)) for each in examples
    ]
    return Comparison(
        before=evaluate(old, examples),
        after=evaluate(new, examples),
        gained=tuple(each for each in moved if each.after == each.intent != each.before),
        lost=tuple(each for each in moved if each.before == each.intent != each.after),
    )


def count_right(ranker: RanksMany, examples: Sequence[IntentExample]) -> int:
    """Return how many sentences are read as they are labelled."""
    rankings = ranker.rank_many([each.text for each in examples])
    return sum(
        ranking[0].intent == each.intent for ranking, each in zip(rankings, examples, strict=True)
    )
