"""SQL of the visits to the pages that resources cite, and what a visit means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.models import ResourceRow, ResourceSourceRow, SourceRow
from knowledge.resources.resource import ResourceState


class LinkState(StrEnum):
    """What a visit found: alive, gone for good, or nothing sure (forbidden to robots, slow…)."""

    VIVANT = "vivant"
    MORT = "mort"
    INCERTAIN = "incertain"


@dataclass(frozen=True, slots=True)
class CitedPage:
    """A page and the resources that cite it."""

    id: int
    url: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """The outcome of a visit; `reason` is an HTTP status, or what prevented it."""

    page: CitedPage
    state: LinkState
    reason: str


def state_of(status: int) -> LinkState:
    """Return what an HTTP status says of a page."""
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return LinkState.MORT
    return LinkState.VIVANT if status < HTTPStatus.BAD_REQUEST else LinkState.INCERTAIN


async def cited_pages(session: AsyncSession) -> list[CitedPage]:
    """Return the pages that living resources cite, the longest unvisited first."""
    rows = await session.execute(
        select(SourceRow.id, SourceRow.url, func.array_agg(ResourceSourceRow.resource_id))
        .join(ResourceSourceRow, ResourceSourceRow.source_id == SourceRow.id)
        .join(ResourceRow, ResourceRow.id == ResourceSourceRow.resource_id)
        .where(ResourceRow.deleted_at.is_(None), ResourceRow.state != ResourceState.ARCHIVE)
        .group_by(SourceRow.id)
        .order_by(SourceRow.checked_at.asc().nulls_first(), SourceRow.id)
    )
    return [CitedPage(id_, url, tuple(sorted(set(ids)))) for id_, url, ids in rows]


async def note_visits(session: AsyncSession, visits: Sequence[Visit], *, at: datetime) -> None:
    """Keep what visits found; `failing_since` is the first of the failures that follow."""
    for visit in visits:
        fails = visit.state is not LinkState.VIVANT
        since = case((SourceRow.failing_since.is_(None), at), else_=SourceRow.failing_since)
        await session.execute(
            update(SourceRow)
            .where(SourceRow.id == visit.page.id)
            .values(
                checked_at=at,
                link=f"{visit.state.value} {visit.reason}",
                failing_since=since if fails else None,
            )
        )
