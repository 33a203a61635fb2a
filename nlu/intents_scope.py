"""How much a sentence looks like what the assistant is for, beside what it may ask."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.intents_features import Floats

OUT_OF_SCOPE = "hors_sujet"
_NEIGHBOURS = 3
_LOG_WEIGHT = 0.2
_SCOPE_QUANTILE = 0.10


def scope_scores(probabilities: Floats, intents: Sequence[str], cosines: Floats) -> Floats:
    """Return one score per row, about -1 to 1, higher meaning more in scope.

    0.2 · ln(best in-scope probability) + mean cosine to the three nearest in-scope training
    sentences; the form and the weight come from the measures of the shared reference on retrieval,
    section 4. `probabilities` is (texts, intents), `cosines` (texts, in-scope sentences).
    """
    in_scope = [index for index, intent in enumerate(intents) if intent != OUT_OF_SCOPE]
    best = np.maximum(probabilities[:, in_scope].max(axis=1), 1e-6)
    count = min(_NEIGHBOURS, cosines.shape[1])
    nearest = np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1)
    return np.asarray(_LOG_WEIGHT * np.log(best) + nearest, dtype=np.float32)


def cosines_to_others(vectors: Floats, neighbours: Floats) -> Floats:
    """Return cosines to the in-scope sentences, a sentence and its exact twins hidden from it."""
    cosines = np.asarray(vectors @ neighbours.T, dtype=np.float32)
    cosines[cosines > 0.999] = -1.0  # noqa: PLR2004
    return cosines


def in_scope_threshold(scores: Floats, in_scope: NDArray[np.bool_]) -> float:
    """Return the score that nine in-scope training sentences in ten exceed."""
    return float(np.quantile(scores[in_scope], _SCOPE_QUANTILE))
