"""Cross-validation on the training sentences: what the classifier is worth, with which thresholds.

    python -m nlu.intents_crossval [--errors]

No fold sees a sentence, nor the same words written without accents, that it is tested on.
`--errors` lists the wrong sentences, surest first: our own training sentences, never an élu's.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from nlu.encoder import Encoder, UseEncoder
from nlu.evaluation import NluReport, evaluate
from nlu.intents_examples import IntentExample, load_examples, plain_twins
from nlu.intents_features import Floats, read_calmly
from nlu.intents_scope import OUT_OF_SCOPE, cosines_to_others, scope_scores
from nlu.intents_training import (
    confidence_for_precision,
    fit_temperature,
    out_of_fold_logits,
    softmax,
)
from nlu.understanding import IntentScore

FOLDS = 5
PRECISIONS = (0.85, 0.90, 0.95)


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """Out-of-fold judgements: `probabilities` is (sentences, intents), `scope` one per sentence."""

    examples: tuple[IntentExample, ...]
    intents: tuple[str, ...]
    probabilities: Floats
    scope: Floats

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether the likeliest intent of each sentence is the right one."""
        found = self.probabilities.argmax(axis=1)
        return np.asarray(
            [
                self.intents[column] == example.intent
                for column, example in zip(found, self.examples, strict=True)
            ]
        )

    def rank(self, text: str) -> tuple[IntentScore, ...]:
        """Rank a training sentence by the model that had not seen it."""
        row = next(index for index, each in enumerate(self.examples) if each.text == text)
        order = np.argsort(-self.probabilities[row], kind="stable")
        return tuple(
            IntentScore(self.intents[column], float(self.probabilities[row, column]))
            for column in order
        )

    def report(self) -> NluReport:
        """Return accuracy, macro-F1, calibration error and confusions."""
        return evaluate(self, self.examples)

    def thresholds(self) -> dict[float, tuple[float, float]]:
        """For each of `PRECISIONS`, the confidence that reaches it and the share above it."""
        confidences = self.probabilities.max(axis=1)
        reached = {
            precision: confidence_for_precision(confidences, self.correct, precision=precision)
            for precision in PRECISIONS
        }
        return {
            precision: (threshold, float((confidences >= threshold).mean()))
            for precision, threshold in reached.items()
        }

    def scope_auroc(self) -> float:
        """Chance that an in-scope sentence scores above an out-of-scope one."""
        in_scope = [example.intent != OUT_OF_SCOPE for example in self.examples]
        return float(roc_auc_score(in_scope, self.scope))


def cross_validate(examples: Sequence[IntentExample], encoder: Encoder) -> CrossValidation:
    """Judge every sentence by a model that did not see it."""
    read = [replace(example, text=read_calmly(example.text)) for example in examples]
    taught = [*read, *plain_twins(read)]
    vectors = encoder.encode([example.text for example in taught])
    intents = tuple(sorted({example.intent for example in read}))
    logits = out_of_fold_logits(taught, vectors, folds=FOLDS)[: len(read)]
    vectors = vectors[: len(read)]
    columns = np.asarray([intents.index(example.intent) for example in read])
    probabilities = softmax(logits, temperature=fit_temperature(logits, columns))
    in_scope = np.asarray([example.intent != OUT_OF_SCOPE for example in read])
    scope = scope_scores(probabilities, intents, cosines_to_others(vectors, vectors[in_scope]))
    return CrossValidation(tuple(examples), intents, probabilities, scope)


def describe(result: CrossValidation) -> Iterator[str]:
    """Yield the figures, one line each."""
    report = result.report()
    yield f"{report.sentences} sentences, {len(result.intents)} intents, {FOLDS} folds"
    yield f"accuracy {report.accuracy:.3f}  macro-F1 {report.macro_f1:.3f}"
    yield f"expected calibration error {report.calibration_error:.3f}"
    for precision, (threshold, share) in result.thresholds().items():
        yield f"{precision:.0%} right above confidence {threshold:.2f} ({share:.0%} of sentences)"
    yield f"out of scope: AUROC {result.scope_auroc():.3f}"
    for intent, figures in report.intents.items():
        yield f"{intent:24s} F1 {figures.f1:.3f}  ({figures.sentences})"
    for expected, found, count in report.confusions[:20]:
        yield f"{count:3d}  {expected} -> {found}"


def describe_errors(result: CrossValidation) -> Iterator[str]:
    """Yield the wrong sentences, surest first."""
    best = result.probabilities.argmax(axis=1)
    confidences = result.probabilities.max(axis=1)
    for row in np.argsort(-confidences):
        example = result.examples[row]
        if not result.correct[row]:
            found = result.intents[best[row]]
            yield f"{confidences[row]:.2f} {example.intent} -> {found}: {example.text}"


def main(arguments: Sequence[str]) -> None:
    """Print the figures, and with `--errors` the sentences that went wrong."""
    result = cross_validate(load_examples(), UseEncoder())
    lines = [*describe(result), *(describe_errors(result) if "--errors" in arguments else ())]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
