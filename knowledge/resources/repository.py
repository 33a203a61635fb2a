"""SQL of the resources: the only place where « published and not expired » is written.

The caller opens the session and commits. Every write tells the search indexes, in the same
transaction, that the base has changed (channel `CHANGED_CHANNEL`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.children import read_sources, read_territoires, write_children
from knowledge.resources.errors import ResourceModifiedError, ResourceNotFoundError
from knowledge.resources.models import (
    ResourceRevisionRow,
    ResourceRow,
    ResourceSourceRow,
    ResourceTerritoireRow,
)
from knowledge.resources.resource import Resource, ResourceState, Source
from knowledge.resources.snapshot import to_snapshot

CHANGED_CHANNEL = "resources_changed"

_EVERYTHING = ResourceRow.id.is_not(None)


@dataclass(frozen=True, slots=True)
class StoredResource:
    """A resource as stored; `imported_hash` is its content as the last import left it.

    `touched` when staff are revising its published text, or deleted it.
    """

    resource: Resource
    imported_hash: str | None
    touched: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """Who changes a resource and what for: what the history keeps of a change.

    `content` is the text after the change, when it is not the one that élus see. A change that
    shows in no answer (`silent`) does not wake the indexes up.
    """

    actor: str
    action: str
    content: Resource | None = None
    silent: bool = False


BY_CONTENT_FILES = Trace("contenu", "importer")


def is_visible(today: date) -> ColumnElement[bool]:
    """Condition of what an élu may see: published, its hour come, not expired, not deleted."""
    return and_(
        ResourceRow.state == ResourceState.PUBLIE,
        ResourceRow.deleted_at.is_(None),
        or_(ResourceRow.publish_at.is_(None), ResourceRow.publish_at <= func.now()),
        or_(ResourceRow.expires_on.is_(None), ResourceRow.expires_on >= today),
    )


async def list_visible(session: AsyncSession, *, today: date) -> list[Resource]:
    """Return all that an élu may see, in the order of identifiers."""
    return [resource for _, resource in await load(session, is_visible(today))]


async def list_all(session: AsyncSession) -> dict[str, StoredResource]:
    """Return every resource, whatever its state, by identifier."""
    return {
        row.id: StoredResource(
            resource,
            row.imported_hash,
            touched=row.revision is not None or row.deleted_at is not None,
        )
        for row, resource in await load(session, _EVERYTHING)
    }


async def get(session: AsyncSession, resource_id: str) -> Resource | None:
    """Return a resource whatever its state, or None."""
    found = await load(session, ResourceRow.id == resource_id)
    return found[0][1] if found else None


async def next_expiry(session: AsyncSession, *, today: date) -> date | None:
    """Return the nearest last day of validity among what is visible, or None."""
    nearest: date | None = await session.scalar(
        select(func.min(ResourceRow.expires_on)).where(is_visible(today))
    )
    return nearest


async def next_publication(session: AsyncSession) -> datetime | None:
    """Return the moment of the nearest scheduled publication, or None."""
    nearest: datetime | None = await session.scalar(
        select(func.min(ResourceRow.publish_at)).where(
            ResourceRow.state == ResourceState.PUBLIE,
            ResourceRow.deleted_at.is_(None),
            ResourceRow.publish_at > func.now(),
        )
    )
    return nearest


async def insert_many(
    session: AsyncSession,
    resources: Sequence[Resource],
    *,
    hashes: Mapping[str, str] | None = None,
    trace: Trace = BY_CONTENT_FILES,
) -> None:
    """Add resources; `hashes` are the imported contents by identifier, absent if typed here."""
    if not resources:
        return
    now, imported = datetime.now(UTC), hashes or {}
    rows = [
        _to_values(each)
        | {"version": 1, "imported_hash": imported.get(each.id)}
        | {"published_at": now if each.state == ResourceState.PUBLIE else None}
        | {"author": trace.actor, "editor": trace.actor}
        for each in resources
    ]
    await session.execute(insert(ResourceRow), rows)
    await write_children(session, resources)
    await _write_history(session, resources, trace, version=1)
    if not trace.silent:
        await notify_changed(session)


async def change(
    session: AsyncSession,
    resource: Resource,
    *,
    expected_version: int,
    imported_hash: str | None = None,
    trace: Trace = BY_CONTENT_FILES,
    columns: Mapping[str, Any] | None = None,
) -> int:
    """Replace the content and state of a resource; return its new version.

    `imported_hash` is given by imports only; a change by hand leaves the one of the last import.
    `columns` are the other values to write (who edited last, the revision under way…).

    Raises:
        ResourceNotFoundError: no resource has this identifier.
        ResourceModifiedError: its version is not `expected_version`.
    """
    values = _to_values(resource) | {"version": expected_version + 1, "updated_at": func.now()}
    if imported_hash is not None:
        values["imported_hash"] = imported_hash
    if resource.state == ResourceState.PUBLIE:
        values["published_at"] = case(
            (ResourceRow.published_at.is_(None), func.now()), else_=ResourceRow.published_at
        )
    values |= columns or {}
    changed = await session.execute(
        update(ResourceRow)
        .where(ResourceRow.id == resource.id, ResourceRow.version == expected_version)
        .values(**values)
        .returning(ResourceRow.version)
    )
    version = changed.scalar_one_or_none()
    if version is None:
        await _refuse(session, resource.id, expected_version)
    await write_children(session, [resource])
    await _write_history(session, [resource], trace, version=expected_version + 1)
    if not trace.silent:
        hidden = resource.state != ResourceState.PUBLIE or values.get("deleted_at") is not None
        await notify_changed(session, withdrawn=resource.id if hidden else "")
    return expected_version + 1


async def notify_changed(session: AsyncSession, *, withdrawn: str = "") -> None:
    """Tell the indexes, once the transaction is committed, that the base has changed.

    A resource `withdrawn` disappears from them at once, before they are built again.
    """
    await session.execute(
        text("SELECT pg_notify(:channel, :withdrawn)").bindparams(
            channel=CHANGED_CHANNEL, withdrawn=withdrawn
        )
    )


async def _write_history(
    session: AsyncSession, resources: Sequence[Resource], trace: Trace, *, version: int
) -> None:
    contents = [trace.content or each for each in resources]
    rows = [
        {
            "resource_id": each.id,
            "version": version,
            "action": trace.action,
            "actor": trace.actor,
            "state": each.state,
            "content": to_snapshot(each),
        }
        for each in contents
    ]
    await session.execute(insert(ResourceRevisionRow), rows)


async def _refuse(session: AsyncSession, resource_id: str, expected: int) -> None:
    actual = await session.scalar(select(ResourceRow.version).where(ResourceRow.id == resource_id))
    if actual is None:
        raise ResourceNotFoundError(resource_id)
    raise ResourceModifiedError(resource_id, expected=expected, actual=actual)


async def load(
    session: AsyncSession, condition: ColumnElement[bool]
) -> list[tuple[ResourceRow, Resource]]:
    """Read resources with their places and citations: three queries, whatever their number."""
    rows = (
        await session.scalars(select(ResourceRow).where(condition).order_by(ResourceRow.id))
    ).all()
    kept = select(ResourceRow.id).where(condition)
    places = await read_territoires(session, ResourceTerritoireRow.resource_id.in_(kept))
    sources = await read_sources(session, ResourceSourceRow.resource_id.in_(kept))
    return [(row, _to_resource(row, places[row.id], sources[row.id])) for row in rows]


_COLUMNS = ("id", "type", "state", "title", "summary", "body", "population", "year", "owner")
_DAYS = ("verified_on", "review_on", "expires_on")
_LISTS = ("themes", "publics", "questions")
_MOMENTS = ("version", "created_at", "updated_at", "published_at")


def _to_values(resource: Resource) -> dict[str, Any]:
    values = {name: getattr(resource, name) for name in (*_COLUMNS, *_DAYS)}
    return values | {name: list(getattr(resource, name)) for name in _LISTS}


def _to_resource(row: ResourceRow, places: list[str], sources: list[Source]) -> Resource:
    values = {name: getattr(row, name) for name in (*_COLUMNS, *_DAYS, *_MOMENTS)}
    values |= {name: tuple(getattr(row, name)) for name in _LISTS}
    return Resource(**values, territoires=tuple(places), sources=tuple(sources))
