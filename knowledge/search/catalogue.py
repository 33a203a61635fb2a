"""Reading the index without a question: pages in a stable order, titles that look alike."""

import base64
import binascii
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.resources.resource import Resource
from knowledge.search.engine import ResourceIndex
from knowledge.search.query import Filters, Page
from nlu.text import fold

DEFAULT_PAGE = 20
MIN_TITLE_LIKENESS = 75.0


class InvalidCursorError(ValueError):
    """A cursor that no page gave."""


@dataclass(frozen=True, slots=True)
class SimilarTitle:
    """A resource whose title looks like another one; `likeness` goes from 0 to 100."""

    resource: Resource
    likeness: float


def browse(
    index: ResourceIndex,
    filters: Filters | None = None,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page:
    """Return a page of the resources that pass the filters, the latest published first.

    The cursor names the last resource seen, not a rank: what is published or archived between two
    pages neither hides nor repeats anything.

    Raises:
        InvalidCursorError: the cursor was not given by a former page.
    """
    allowed = index.allowed(filters or Filters())
    found = sorted((index.resources[p] for p in np.flatnonzero(allowed)), key=_rank)
    seen = bisect_right(found, _decode(cursor), key=_rank) if cursor is not None else 0
    page = found[seen : seen + limit]
    more = len(found) > seen + limit
    return Page(
        items=tuple(page),
        next_cursor=_encode(_rank(page[-1])) if page and more else None,
        total=len(found),
    )


def similar_titles(index: ResourceIndex, title: str, *, limit: int = 5) -> list[SimilarTitle]:
    """Return the resources whose title is nearly this one, whatever the order of its words."""
    titles = {each.id: fold(each.title) for each in index.resources}
    found = process.extract(
        fold(title),
        titles,
        scorer=fuzz.token_sort_ratio,
        score_cutoff=MIN_TITLE_LIKENESS,
        limit=limit,
    )
    return [
        SimilarTitle(index.resources[index.positions[id_]], round(score, 1))
        for _, score, id_ in found
    ]


def _rank(resource: Resource) -> tuple[float, str]:
    """Return what orders a listing: the latest published first, then the identifier."""
    published = resource.published_at.timestamp() if resource.published_at else 0.0
    return -published, resource.id


def _encode(rank: tuple[float, str]) -> str:
    return base64.urlsafe_b64encode(f"{rank[0]!r} {rank[1]}".encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[float, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        published, _, resource_id = base64.urlsafe_b64decode(padded).decode().partition(" ")
        return float(published), resource_id
    except (binascii.Error, ValueError):
        raise InvalidCursorError(cursor) from None
