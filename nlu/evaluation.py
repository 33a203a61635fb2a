"""How well intents are told apart: accuracy, macro-F1, calibration, confusions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from nlu.intents_examples import IntentExample
from nlu.intents_training import calibration_error
from nlu.understanding import IntentScore


class Ranker(Protocol):
    """Anything that ranks intents."""

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        """Return the intents, best first."""


@dataclass(frozen=True, slots=True)
class IntentFigures:
    """Figures of one intent; `sentences` is how many bear it."""

    precision: float
    recall: float
    f1: float
    sentences: int


@dataclass(frozen=True, slots=True)
class NluReport:
    """Figures on labelled sentences.

    `macro_f1` is the unweighted mean over the intents present; `calibration_error` the expected
    calibration error of the top confidence (Naeini and others, 2015); `confusions` counts the
    pairs (expected, found) that differ, most frequent first.
    """

    sentences: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    intents: dict[str, IntentFigures]
    confusions: tuple[tuple[str, str, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


def evaluate(ranker: Ranker, examples: Sequence[IntentExample]) -> NluReport:
    """Rank every sentence and compare with its label."""
    best = [ranker.rank(example.text)[0] for example in examples]
    expected = [example.intent for example in examples]
    found = [each.intent for each in best]
    names = sorted(set(expected))
    correct = np.array([a == b for a, b in zip(expected, found, strict=True)])
    confidences = np.array([each.confidence for each in best])
    figures = precision_recall_fscore_support(expected, found, labels=names, zero_division=0.0)
    wrong = Counter(pair for pair in zip(expected, found, strict=True) if pair[0] != pair[1])
    return NluReport(
        sentences=len(examples),
        accuracy=float(accuracy_score(expected, found)),
        macro_f1=float(f1_score(expected, found, labels=names, average="macro", zero_division=0.0)),
        calibration_error=float(calibration_error(confidences, correct)),
        intents={
            name: IntentFigures(float(precision), float(recall), float(f1), int(count))
            for name, precision, recall, f1, count in zip(names, *figures, strict=True)
        },
        confusions=tuple((*pair, count) for pair, count in wrong.most_common()),
    )
