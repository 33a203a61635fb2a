"""Fits the intent classifier's logistic regression and measures it without cheating.

Everything that is chosen from data (temperature, thresholds) is chosen on out-of-fold scores:
the score of each sentence by a model that saw neither it nor its twin without accents.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from nlu.intents_examples import IntentExample, sentence_key
from nlu.intents_features import Features, Floats, IntentFeatures

REGULARISATION = 10.0
CALIBRATION_FOLDS = 3
SEED = 20261124
"""Of every random choice in training: two trainings on the same sentences are the same."""
_UNSEEN = -30.0
_FEW = 3000
_Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
_BINS = 15


class NotEnoughIntentsError(ValueError):
    """Training needs sentences of at least two intents; `found` lists those given."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(f"at least two intents are needed, found {len(found)}")
        self.found = tuple(found)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A fitted multinomial logistic regression: `weights` is (features, intents)."""

    intents: tuple[str, ...]
    weights: Floats
    bias: Floats

    def logits(self, features: Features) -> Floats:
        """Return one row per text, one column per intent, before softmax."""
        cut = features.lexical.shape[1]
        return np.asarray(
            features.lexical @ self.weights[:cut] + features.dense @ self.weights[cut:] + self.bias,
            dtype=np.float32,
        )


def fit_linear(features: Features, intents: Sequence[str]) -> LinearModel:
    """Fit the regression; `NotEnoughIntentsError` below two distinct intents."""
    if len(set(intents)) < 2:  # noqa: PLR2004
        raise NotEnoughIntentsError(sorted(set(intents)))
    model = LogisticRegression(C=REGULARISATION, max_iter=300, tol=1e-3)
    model.fit(features.joined(), np.asarray(intents))
    weights = np.asarray(model.coef_.T, dtype=np.float32, order="C")
    bias = np.asarray(model.intercept_, dtype=np.float32)
    if weights.shape[1] == 1:  # two intents: scikit-learn keeps one column, the second intent's
        weights, bias = np.hstack([0 * weights, weights]), np.concatenate([0 * bias, bias])
    return LinearModel(tuple(model.classes_.tolist()), weights, bias)


def out_of_fold_logits(
    examples: Sequence[IntentExample],
    vectors: Floats,
    clues: Floats | None = None,
    *,
    folds: int = CALIBRATION_FOLDS,
) -> Floats:
    """Score every sentence by a model that saw neither it nor a same-words twin.

    Columns follow the sorted intents. `vectors` are the embeddings, in the order of `examples`.
    """
    if clues is None:
        clues = IntentFeatures().clues([example.text for example in examples])
    intents = {example.intent for example in examples}
    logits = np.full((len(examples), len(intents)), _UNSEEN, dtype=np.float32)
    for fold in _split(examples, folds=folds):
        logits[fold[1]] = _unseen_logits(examples, vectors, clues, fold)
    return logits


def calibration_logits(
    examples: Sequence[IntentExample], vectors: Floats, clues: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """Score the sentences of one fold, or every fold of few sentences: their rows, their logits.

    A third of many sentences is enough to fit one temperature and one threshold.
    """
    if len(examples) < _FEW:
        return np.arange(len(examples)), out_of_fold_logits(examples, vectors, clues)
    fold = _split(examples, folds=CALIBRATION_FOLDS)[0]
    return fold[1], _unseen_logits(examples, vectors, clues, fold)


def _unseen_logits(
    examples: Sequence[IntentExample], vectors: Floats, clues: Floats, fold: _Fold
) -> Floats:
    """Score the second part of a fold by a model fitted on the first; columns: sorted intents."""
    train, test = fold
    columns = {name: i for i, name in enumerate(sorted({each.intent for each in examples}))}
    features = IntentFeatures()
    model = fit_linear(
        features.fit([examples[index].text for index in train], vectors[train], clues[train]),
        [examples[index].intent for index in train],
    )
    unseen = [examples[index].text for index in test]
    logits = np.full((len(test), len(columns)), _UNSEEN, dtype=np.float32)
    seen = [columns[intent] for intent in model.intents]
    logits[:, seen] = model.logits(features.transform(unseen, vectors[test], clues[test]))
    return logits


def _split(examples: Sequence[IntentExample], *, folds: int) -> list[_Fold]:
    labels = [example.intent for example in examples]
    groups = [sentence_key(example.text) for example in examples]
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=SEED)
    with warnings.catch_warnings():  # an intent with fewer sentences than folds is allowed
        warnings.simplefilter("ignore", UserWarning)
        return list(splitter.split(np.zeros(len(labels)), labels, groups))


def softmax(logits: Floats, *, temperature: float = 1.0) -> Floats:
    """Turn logits into probabilities, row by row."""
    scaled = logits / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True), dtype=np.float32)


def fit_temperature(logits: Floats, columns: NDArray[np.intp]) -> float:
    """Return the temperature that makes out-of-fold probabilities most truthful (log loss)."""
    rows = np.arange(len(columns))

    def loss(log_temperature: float) -> float:
        probabilities = softmax(logits, temperature=float(np.exp(log_temperature)))
        return float(-np.log(np.maximum(probabilities[rows, columns], 1e-9)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def calibration_error(confidences: Floats, correct: NDArray[np.bool_]) -> float:
    """Return the expected calibration error (ECE), 15 bins: mean gap of confidence to accuracy."""
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(float(confidences[bins == index].mean()) - float(correct[bins == index].mean()))
        * float((bins == index).mean())
        for index in np.unique(bins)
    ]
    return float(sum(gaps))


def confidence_for_precision(
    confidences: Floats, correct: NDArray[np.bool_], *, precision: float
) -> float:
    """Return the lowest confidence above which answers reach this precision; 1.0 if none does."""
    order = np.argsort(-confidences)
    reached = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(reached >= precision)
    return float(confidences[order][good[-1]]) if len(good) else 1.0
