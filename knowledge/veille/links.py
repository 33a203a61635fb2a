"""SQL of the visits to the pages that resources cite, and what a visit means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.models import ResourceRow, ResourceSourceRow, SourceRow
from knowledge.resources.resource import ResourceState

APART = timedelta(hours=20)
"""How long a page must be failing before the second visit that finds it gone says it is dead."""
LONG = timedelta(days=14)
"""How long a site may answer nothing before its page is said dead."""
_NO_ANSWER = ("injoignable", "lent", "redirections")
_SITE = "^[^:]+://([^/:?#]+)"


class LinkState(StrEnum):
    """What a visit found: alive, gone for good, or nothing sure (forbidden to robots, slow…).

    What is kept of a page gone is `a_confirmer` until a later visit finds it gone again.
    """

    VIVANT = "vivant"
    MORT = "mort"
    A_CONFIRMER = "a_confirmer"
    INCERTAIN = "incertain"


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a resource cites, as the last visits left it; `reason` is that of a `Visit`."""

    url: str
    name: str
    state: LinkState | None
    reason: str
    since: datetime | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """Which pages are to be visited: not since `before`; those failing, not since `failing`."""

    before: datetime
    failing: datetime

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same, for the database."""
        last = case((SourceRow.failing_since.is_(None), self.before), else_=self.failing)
        return or_(SourceRow.checked_at.is_(None), SourceRow.checked_at < last)


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


async def cited_pages(
    session: AsyncSession, *, due: Due | None = None, limit: int | None = None
) -> list[CitedPage]:
    """Return the pages that living resources cite, the longest unvisited first; or those due."""
    rows = await session.execute(
        select(SourceRow.id, SourceRow.url, func.array_agg(ResourceSourceRow.resource_id))
        .join(ResourceSourceRow, ResourceSourceRow.source_id == SourceRow.id)
        .join(ResourceRow, ResourceRow.id == ResourceSourceRow.resource_id)
        .where(ResourceRow.deleted_at.is_(None), ResourceRow.state != ResourceState.ARCHIVE)
        .where(due.condition if due else true())
        .group_by(SourceRow.id)
        .order_by(SourceRow.checked_at.asc().nulls_first(), SourceRow.id)
        .limit(limit)
    )
    return [CitedPage(id_, url, tuple(sorted(set(ids)))) for id_, url, ids in rows]


async def pages_alive(session: AsyncSession, *, limit: int) -> list[CitedPage]:
    """Return the pages that answered last, one of each site, whoever cites them."""
    site = func.lower(func.substring(SourceRow.url, _SITE))
    last = (
        select(SourceRow.id, SourceRow.url, SourceRow.checked_at)
        .where(SourceRow.link.startswith(f"{LinkState.VIVANT.value} "))
        .ext(distinct_on(site))
        .order_by(site, SourceRow.checked_at.desc(), SourceRow.id)
        .subquery()
    )
    query = select(last.c.id, last.c.url).order_by(last.c.checked_at.desc(), last.c.id).limit(limit)
    return [CitedPage(id_, url, ()) for id_, url in await session.execute(query)]


async def note_visits(session: AsyncSession, visits: Sequence[Visit], *, at: datetime) -> None:
    """Keep what visits found; `failing_since` is the first of the failures that follow.

    A site that only refuses robots does not fail: it answers, and a later silence is a first one.
    """
    for visit in visits:
        fails = visit.state is LinkState.MORT or _is_silent(visit)
        since = func.coalesce(SourceRow.failing_since, at)
        await session.execute(
            update(SourceRow)
            .where(SourceRow.id == visit.page.id)
            .values(
                checked_at=at,
                link=_kept(visit, at),
                failing_since=since if fails else None,
            )
        )


def _is_silent(visit: Visit) -> bool:
    """Tell whether a site answered nothing of use: no page, an outage, a loop."""
    return visit.reason in _NO_ANSWER or visit.reason.startswith("5")


def _kept(visit: Visit, at: datetime) -> ColumnElement[str] | str:
    """Return what is kept of a visit: one failure never says that a page is dead."""
    told = f"{visit.state.value} {visit.reason}"
    dead = f"{LinkState.MORT.value} {visit.reason}"
    if visit.state is LinkState.MORT:
        known = SourceRow.link.startswith(f"{LinkState.MORT.value} ")
        again = SourceRow.link.startswith(f"{LinkState.A_CONFIRMER.value} ")
        confirmed = or_(known, and_(again, SourceRow.failing_since <= at - APART))
        return case((confirmed, dead), else_=f"{LinkState.A_CONFIRMER.value} {visit.reason}")
    if _is_silent(visit):
        return case((SourceRow.failing_since <= at - LONG, dead), else_=told)
    return told


async def links_of(session: AsyncSession, resource_id: str) -> list[Link]:
    """Return the pages that a resource cites, in its order."""
    query = (
        select(
            SourceRow.url,
            ResourceSourceRow.name,
            SourceRow.link,
            SourceRow.failing_since,
            SourceRow.checked_at,
        )
        .join(SourceRow, SourceRow.id == ResourceSourceRow.source_id)
        .where(ResourceSourceRow.resource_id == resource_id)
        .order_by(ResourceSourceRow.position)
    )
    found = []
    for url, name, link, since, checked_at in await session.execute(query):
        state, _, reason = (link or "").partition(" ")
        known = LinkState(state) if state in set(LinkState) else None
        found.append(Link(url, name, known, reason, since, checked_at))
    return found
