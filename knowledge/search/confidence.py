"""How sure the search is that the base answers a question at all.

A logistic model of four signs, fitted on published records: in scope, their example questions,
each held out of the index in turn; out of scope, the training sentences of `hors_sujet`. When it is
known how far the question sounds off topic (the classifier's probability), both are weighed
together: of the judged questions to tune on, the area under the ROC curve is .956 for both, .902
for the search alone, .928 for the classifier alone; of those held out (`tests/recherche_jugee`),
.963, .945 and .875.
"""

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from knowledge.search.index import HybridIndex, Relevance, top_positions
from knowledge.search.repair import RepairedQuery

MIN_CONFIDENCE = 0.12
"""Below, nothing answers."""
SURE_CONFIDENCE = 0.6
"""From here on, an answer; between both, only what comes nearest."""
POOL = 5
# Below this number of documents, rarity says nothing: the scale of BM25 stops shrinking.
_SMALL_BASE = 20

_BIAS, _COVERAGE, _DENSE, _QUESTION, _LEXICAL = -8.09, 2.84, 5.11, 5.58, 3.79
_BIAS_WITHOUT_VECTORS, _COVERAGE_ALONE, _LEXICAL_ALONE = -5.19, 3.21, 5.21
_SHIFT_ALONE = -0.26
_BIAS_OFF_TOPIC, _SEARCH, _OFF_TOPIC = -2.43, 0.87, 0.763
# No classifier is surer than this.
_DOUBT = 0.01


def confidence(
    index: HybridIndex,
    query: RepairedQuery,
    relevance: Relevance,
    allowed: NDArray[np.bool_],
    *,
    off_topic: float | None = None,
    settled: Collection[str] = (),
) -> float:
    """Return a number between 0 and 1: how likely it is that an allowed document answers.

    `off_topic` is the probability (0 to 1) that the question is outside the domain, None when
    nobody knows; `settled` are terms that no document has to hold, such as the élu's own commune.
    """
    logit = search_logit(index, query, relevance, allowed, settled)
    if off_topic is None:
        logit += _SHIFT_ALONE
    else:
        odds = (off_topic + _DOUBT) / (1 + _DOUBT - off_topic)
        logit = _BIAS_OFF_TOPIC + _SEARCH * logit - _OFF_TOPIC * math.log(odds)
    return round(1 / (1 + math.exp(-logit)), 4)


def search_logit(
    index: HybridIndex,
    query: RepairedQuery,
    relevance: Relevance,
    allowed: NDArray[np.bool_],
    settled: Collection[str],
) -> float:
    """Weigh the four signs of the search alone, whatever the classifier says."""
    scores = np.where(allowed, relevance.total, -np.inf).astype(np.float32)
    terms = [term for term in query.terms if term not in settled]
    coverage = float(index.lexical.coverage(terms, top_positions(scores, POOL)).max())
    lexical = float(relevance.lexical[allowed].max()) / math.log(max(index.size, _SMALL_BASE))
    if not relevance.has_vectors:
        return _BIAS_WITHOUT_VECTORS + _COVERAGE_ALONE * coverage + _LEXICAL_ALONE * lexical
    dense = float(relevance.dense[allowed].max())
    question = float(relevance.question[allowed].max())
    logit = _BIAS + _COVERAGE * coverage + _LEXICAL * lexical
    return logit + _DENSE * dense + _QUESTION * question
