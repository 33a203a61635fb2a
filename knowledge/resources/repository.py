"""SQL of the resources: the only place where « published and not expired » is written.

The caller opens the session and commits. Every write tells the search indexes, in the same
transaction, that the base has changed (channel `CHANGED_CHANNEL`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.errors import ResourceModifiedError, ResourceNotFoundError
from knowledge.resources.models import (
    ResourceRow,
    ResourceSourceRow,
    ResourceTerritoireRow,
    SourceRow,
)
from knowledge.resources.resource import Resource, ResourceState, Source

CHANGED_CHANNEL = "resources_changed"

_EVERYTHING = ResourceRow.id.is_not(None)


@dataclass(frozen=True, slots=True)
class StoredResource:
    """A resource as stored; `imported_hash` is its content as the last import left it."""

    resource: Resource
    imported_hash: str | None


def is_visible(today: date) -> ColumnElement[bool]:
    """Condition of what an élu may see: published and not expired."""
    unexpired = or_(ResourceRow.expires_on.is_(None), ResourceRow.expires_on >= today)
    return and_(ResourceRow.state == ResourceState.PUBLIE, unexpired)


async def list_visible(session: AsyncSession, *, today: date) -> list[Resource]:
    """Return all that an élu may see, in the order of identifiers."""
    return [stored.resource for stored in await _load(session, is_visible(today))]


async def list_all(session: AsyncSession) -> dict[str, StoredResource]:
    """Return every resource, whatever its state, by identifier."""
    return {stored.resource.id: stored for stored in await _load(session, _EVERYTHING)}


async def get(session: AsyncSession, resource_id: str) -> Resource | None:
    """Return a resource whatever its state, or None."""
    found = await _load(session, ResourceRow.id == resource_id)
    return found[0].resource if found else None


async def next_expiry(session: AsyncSession, *, today: date) -> date | None:
    """Return the nearest last day of validity among what is visible, or None."""
    nearest: date | None = await session.scalar(
        select(func.min(ResourceRow.expires_on)).where(is_visible(today))
    )
    return nearest


async def insert_many(
    session: AsyncSession, resources: Sequence[Resource], *, hashes: Mapping[str, str] | None = None
) -> None:
    """Add resources; `hashes` are the imported contents by identifier, absent if typed here."""
    if not resources:
        return
    now, imported = datetime.now(UTC), hashes or {}
    rows = [
        _to_values(each)
        | {"version": 1, "imported_hash": imported.get(each.id)}
        | {"published_at": now if each.state == ResourceState.PUBLIE else None}
        for each in resources
    ]
    await session.execute(insert(ResourceRow), rows)
    await _write_children(session, resources)
    await notify_changed(session)


async def change(
    session: AsyncSession,
    resource: Resource,
    *,
    expected_version: int,
    imported_hash: str | None = None,
) -> int:
    """Replace the content and state of a resource; return its new version.

    `imported_hash` is given by imports only; a change by hand leaves the one of the last import.

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
    changed = await session.execute(
        update(ResourceRow)
        .where(ResourceRow.id == resource.id, ResourceRow.version == expected_version)
        .values(**values)
        .returning(ResourceRow.version)
    )
    version = changed.scalar_one_or_none()
    if version is None:
        await _refuse(session, resource.id, expected_version)
    await _write_children(session, [resource])
    await notify_changed(session)
    return expected_version + 1


async def notify_changed(session: AsyncSession) -> None:
    """Tell the indexes, once the transaction is committed, that the base has changed."""
    await session.execute(
        text("SELECT pg_notify(:channel, '')").bindparams(channel=CHANGED_CHANNEL)
    )


async def _refuse(session: AsyncSession, resource_id: str, expected: int) -> None:
    actual = await session.scalar(select(ResourceRow.version).where(ResourceRow.id == resource_id))
    if actual is None:
        raise ResourceNotFoundError(resource_id)
    raise ResourceModifiedError(resource_id, expected=expected, actual=actual)


async def _load(session: AsyncSession, condition: ColumnElement[bool]) -> list[StoredResource]:
    """Read resources with their places and citations: three queries, whatever their number."""
    rows = (
        await session.scalars(select(ResourceRow).where(condition).order_by(ResourceRow.id))
    ).all()
    kept = select(ResourceRow.id).where(condition)
    places = await _territoires(session, ResourceTerritoireRow.resource_id.in_(kept))
    sources = await _sources(session, ResourceSourceRow.resource_id.in_(kept))
    return [
        StoredResource(_to_resource(row, places[row.id], sources[row.id]), row.imported_hash)
        for row in rows
    ]


async def _territoires(
    session: AsyncSession, condition: ColumnElement[bool]
) -> dict[str, list[str]]:
    columns = ResourceTerritoireRow.resource_id, ResourceTerritoireRow.type
    query = (
        select(*columns, ResourceTerritoireRow.code)
        .where(condition)
        .order_by(ResourceTerritoireRow.position)
    )
    groups: dict[str, list[str]] = defaultdict(list)
    for resource_id, type_, code in await session.execute(query):
        groups[resource_id].append(f"{type_}:{code}" if code else type_)
    return groups


async def _sources(
    session: AsyncSession, condition: ColumnElement[bool]
) -> dict[str, list[Source]]:
    query = (
        select(ResourceSourceRow, SourceRow.url)
        .join(SourceRow, SourceRow.id == ResourceSourceRow.source_id)
        .where(condition)
        .order_by(ResourceSourceRow.position)
    )
    groups: dict[str, list[Source]] = defaultdict(list)
    for row, url in await session.execute(query):
        groups[row.resource_id].append(
            Source(
                name=row.name,
                url=url,
                published_on=row.published_on,
                consulted_on=row.consulted_on,
            )
        )
    return groups


async def _write_children(session: AsyncSession, resources: Sequence[Resource]) -> None:
    ids = [each.id for each in resources]
    for table in (ResourceTerritoireRow, ResourceSourceRow):
        await session.execute(delete(table).where(table.resource_id.in_(ids)))
    places = [row for each in resources for row in _territoire_values(each)]
    if places:
        await session.execute(insert(ResourceTerritoireRow), places)
    pages = await _page_ids(session, {s.url for each in resources for s in each.sources})
    citations = [row for each in resources for row in _citation_values(each, pages)]
    if citations:
        await session.execute(insert(ResourceSourceRow), citations)


async def _page_ids(session: AsyncSession, urls: Iterable[str]) -> dict[str, int]:
    rows = [{"url": url} for url in sorted(urls)]
    if not rows:
        return {}
    await session.execute(upsert(SourceRow).on_conflict_do_nothing(), rows)
    wanted = [row["url"] for row in rows]
    found = await session.execute(
        select(SourceRow.url, SourceRow.id).where(SourceRow.url.in_(wanted))
    )
    return {row.url: row.id for row in found}


def _territoire_values(resource: Resource) -> Iterable[dict[str, Any]]:
    for position, ref in enumerate(resource.territoires):
        type_, _, code = ref.partition(":")
        yield {"resource_id": resource.id, "type": type_, "code": code, "position": position}


def _citation_values(resource: Resource, pages: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    for position, source in enumerate(resource.sources):
        yield {
            "resource_id": resource.id,
            "position": position,
            "source_id": pages[source.url],
            "name": source.name,
            "published_on": source.published_on,
            "consulted_on": source.consulted_on,
        }


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
