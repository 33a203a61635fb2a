"""How sure the search is that the base answers a question at all.

A logistic model of four signs, fitted on 198 published records: in scope, the example questions
of the records, each held out of the index in turn (594), and the training sentences of seven
intents (1,708); out of scope, those of `hors_sujet` (344), most of them about town-hall matters.
At `MIN_CONFIDENCE`, 0.2 % of the held-out questions are refused and 50 % of the out-of-scope
sentences (of sentences never seen: 4.5 % and 50 %; those refused in scope are mostly empty of
content, « vous avez des exemples ? »). It completes the intent classifier, it does not replace it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from knowledge.search.index import HybridIndex, Relevance, top_positions
from knowledge.search.repair import RepairedQuery

MIN_CONFIDENCE = 0.15
POOL = 5
# Below this number of documents, rarity says nothing: the scale of BM25 stops shrinking.
_SMALL_BASE = 20

_BIAS, _COVERAGE, _DENSE, _QUESTION, _LEXICAL = -8.09, 2.84, 5.11, 5.58, 3.79
_BIAS_WITHOUT_VECTORS, _COVERAGE_ALONE, _LEXICAL_ALONE = -5.19, 3.21, 5.21


def confidence(
    index: HybridIndex,
    query: RepairedQuery,
    relevance: Relevance,
    allowed: NDArray[np.bool_],
) -> float:
    """Return a number between 0 and 1: how likely it is that an allowed document answers."""
    scores = np.where(allowed, relevance.total, -np.inf).astype(np.float32)
    coverage = float(index.lexical.coverage(query.terms, top_positions(scores, POOL)).max())
    lexical = float(relevance.lexical[allowed].max()) / math.log(max(index.size, _SMALL_BASE))
    if not relevance.has_vectors:
        logit = _BIAS_WITHOUT_VECTORS + _COVERAGE_ALONE * coverage + _LEXICAL_ALONE * lexical
    else:
        dense = float(relevance.dense[allowed].max())
        question = float(relevance.question[allowed].max())
        logit = _BIAS + _COVERAGE * coverage + _LEXICAL * lexical
        logit += _DENSE * dense + _QUESTION * question
    return round(1 / (1 + math.exp(-logit)), 4)
