"""SQL of the resources as staff know them: every state, revisions under way, history."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources import repository
from knowledge.resources.models import (
    ResourceRevisionRow,
    ResourceRow,
    ResourceSourceRow,
    SourceRow,
)
from knowledge.resources.record import ResourceRecord, Revision
from knowledge.resources.resource import Resource, ResourceState, ResourceType
from knowledge.resources.snapshot import from_snapshot


class InvalidCursorError(ValueError):
    """A cursor that no page gave."""


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What staff list; nothing means everything that is not deleted."""

    states: tuple[ResourceState, ...] = ()
    type: ResourceType | None = None
    theme: str | None = None
    words: str = ""
    deleted: bool = False

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same in SQL; a revision under way counts as its own state too."""
        hidden = ResourceRow.deleted_at
        wanted: list[ColumnElement[bool]] = []
        wanted.append(hidden.is_not(None) if self.deleted else hidden.is_(None))
        if self.states:
            stage = func.coalesce(ResourceRow.revision_state, ResourceRow.state)
            wanted.append(or_(ResourceRow.state.in_(self.states), stage.in_(self.states)))
        if self.type:
            wanted.append(ResourceRow.type == self.type)
        if self.theme:
            wanted.append(ResourceRow.themes.contains([self.theme]))
        for word in self.words.split():
            wanted.append(ResourceRow.title.icontains(word, autoescape=True))
        return and_(*wanted)


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
