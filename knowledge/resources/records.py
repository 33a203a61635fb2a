"""SQL of the resources as staff know them: every state, revisions under way, history."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources import repository
from knowledge.resources.filters import RecordFilter, stage
from knowledge.resources.lifecycle import Action
from knowledge.resources.models import (
    ResourceRevisionRow,
    ResourceRow,
    ResourceSourceRow,
    SourceRow,
)
from knowledge.resources.record import ResourceRecord, Revision
from knowledge.resources.resource import Resource, ResourceState
from knowledge.resources.snapshot import from_snapshot


class InvalidCursorError(ValueError):
    """A cursor that no page gave."""


async def find(session: AsyncSession, resource_id: str) -> ResourceRecord | None:
    """Return the record of a resource, deleted ones included, or None."""
    found = await _read(session, ResourceRow.id == resource_id)
    return found[0] if found else None


async def free_identifier(session: AsyncSession, wanted: str) -> str:
    """Return an identifier that no resource has: the one wanted, or with a number after it."""
    taken = set(
        await session.scalars(
            select(ResourceRow.id).where(ResourceRow.id.startswith(wanted, autoescape=True))
        )
    )
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (wanted, *numbered) if each not in taken)


async def lock(session: AsyncSession, resource_id: str) -> None:
    """Wait for whoever is changing this resource to commit."""
    await session.execute(
        select(ResourceRow.id).where(ResourceRow.id == resource_id).with_for_update()
    )


async def find_many(session: AsyncSession, ids: Sequence[str]) -> dict[str, ResourceRecord]:
    """Return the records of several resources, deleted ones included, by identifier."""
    found = await _read(session, ResourceRow.id.in_(ids))
    return {each.resource.id: each for each in found}


async def list_records(session: AsyncSession, criteria: RecordFilter) -> list[ResourceRecord]:
    """Return all that passes the filter, in the order of identifiers."""
    return await _read(session, criteria.condition)


async def longest_waiting(
    session: AsyncSession, *, limit: int
) -> tuple[list[tuple[ResourceRecord, str, datetime]], int]:
    """Return what waits for a review, the longest first, and how many in all.

    Each: the record, who submitted it and when; whoever edited it last, if nobody did.
    """
    waiting = RecordFilter(states=(ResourceState.A_RELIRE,)).condition
    waiting &= or_(ResourceRow.revision_at.is_(None), ResourceRow.revision_at <= func.now())
    total = await session.scalar(select(func.count(ResourceRow.id)).where(waiting))
    asked = (
        select(ResourceRevisionRow.actor, ResourceRevisionRow.created_at)
        .where(
            ResourceRevisionRow.resource_id == ResourceRow.id,
            ResourceRevisionRow.action == Action.SUBMIT.value,
        )
        .order_by(ResourceRevisionRow.version.desc())
        .limit(1)
        .lateral()
    )
    since = func.coalesce(asked.c.created_at, ResourceRow.updated_at)
    query = (
        select(ResourceRow.id, func.coalesce(asked.c.actor, ResourceRow.editor), since)
        .outerjoin(asked, true())
        .where(waiting)
        .order_by(since, ResourceRow.id)
        .limit(limit)
    )
    rows = (await session.execute(query)).all()
    found = await find_many(session, [row[0] for row in rows])
    return [(found[row[0]], row[1], row[2]) for row in rows], total or 0


async def page(
    session: AsyncSession, criteria: RecordFilter, *, cursor: str | None, limit: int
) -> tuple[list[ResourceRecord], str | None, int]:
    """Return one page, the latest changed first, the next cursor and the total.

    Raises:
        InvalidCursorError: the cursor was not given by a former page.
    """
    total = await session.scalar(select(func.count(ResourceRow.id)).where(criteria.condition))
    key = tuple_(ResourceRow.updated_at, ResourceRow.id)
    query = select(ResourceRow.id, ResourceRow.updated_at).where(criteria.condition)
    if cursor is not None:
        query = query.where(key < _decode(cursor))
    ordered = query.order_by(ResourceRow.updated_at.desc(), ResourceRow.id.desc())
    rows = (await session.execute(ordered.limit(limit + 1))).all()
    records = await find_many(session, [row.id for row in rows[:limit]])
    last = rows[limit - 1] if len(rows) > limit else None
    following = _encode(last.updated_at, last.id) if last else None
    return [records[row.id] for row in rows[:limit]], following, total or 0


async def count_stages(session: AsyncSession) -> dict[ResourceState, int]:
    """Return how many resources that are not deleted stand at each stage."""
    rows = await session.execute(
        select(stage(), func.count(ResourceRow.id))
        .where(ResourceRow.deleted_at.is_(None))
        .group_by(stage())
    )
    return {ResourceState(state): count for state, count in rows}


async def list_owners(session: AsyncSession) -> list[str]:
    """Return those who answer for a resource, in alphabetical order."""
    found = await session.scalars(
        select(ResourceRow.owner)
        .where(ResourceRow.deleted_at.is_(None), ResourceRow.owner.is_not(None))
        .group_by(ResourceRow.owner)
        .order_by(ResourceRow.owner)
    )
    return [owner for owner in found if owner]


async def history(session: AsyncSession, resource_id: str) -> list[Revision]:
    """Return the history of a resource, oldest first."""
    rows = await session.scalars(
        select(ResourceRevisionRow)
        .where(ResourceRevisionRow.resource_id == resource_id)
        .order_by(ResourceRevisionRow.version)
    )
    return [
        Revision(
            version=row.version,
            action=row.action,
            actor=row.actor,
            state=row.state,
            at=row.created_at,
            content=from_snapshot(row.content),
        )
        for row in rows
    ]


async def titles(session: AsyncSession) -> dict[str, tuple[str, ResourceState]]:
    """Return title and state of every resource that is not deleted, by identifier."""
    rows = await session.execute(
        select(ResourceRow.id, ResourceRow.title, ResourceRow.state).where(
            ResourceRow.deleted_at.is_(None)
        )
    )
    return {row.id: (row.title, row.state) for row in rows}


async def citing(session: AsyncSession, addresses: Sequence[str]) -> dict[str, str]:
    """Return the resources that cite one of these pages, written in whatever way: id to URL."""
    if not addresses:
        return {}
    plain = func.lower(
        func.regexp_replace(SourceRow.url, r"^https?://(www\.)?|(#.*)?$|/+(#.*)?$", "", "gi")
    )
    rows = await session.execute(
        select(ResourceSourceRow.resource_id, SourceRow.url)
        .join(SourceRow, SourceRow.id == ResourceSourceRow.source_id)
        .join(ResourceRow, ResourceRow.id == ResourceSourceRow.resource_id)
        .where(ResourceRow.deleted_at.is_(None), plain.in_(addresses))
        .order_by(ResourceSourceRow.resource_id)
    )
    return {row.resource_id: row.url for row in rows}


async def _read(session: AsyncSession, condition: ColumnElement[bool]) -> list[ResourceRecord]:
    return [_record(row, each) for row, each in await repository.load(session, condition)]


def _record(row: ResourceRow, resource: Resource) -> ResourceRecord:
    revision = None
    if row.revision is not None:
        revision = replace(
            from_snapshot(row.revision),
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
    return ResourceRecord(
        resource=resource,
        revision=revision,
        revision_state=row.revision_state,
        author=row.author,
        editor=row.editor,
        publish_at=row.publish_at,
        revision_at=row.revision_at,
        revision_by=row.revision_by,
        deleted_at=row.deleted_at,
    )


def _encode(moment: datetime, resource_id: str) -> str:
    raw = json.dumps([moment.isoformat(), resource_id])
    return base64.urlsafe_b64encode(raw.encode()).decode()


def _decode(cursor: str) -> tuple[datetime, str]:
    try:
        moment, resource_id = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        return datetime.fromisoformat(moment), str(resource_id)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidCursorError(cursor) from None
