"""SQL of what hangs on a resource: its places, and its citations of pages."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.models import ResourceSourceRow, ResourceTerritoireRow, SourceRow
from knowledge.resources.resource import Resource, Source


async def read_territoires(
    session: AsyncSession, condition: ColumnElement[bool]
) -> dict[str, list[str]]:
    """Return the references of the territories by resource, in the order written."""
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


async def read_sources(
    session: AsyncSession, condition: ColumnElement[bool]
) -> dict[str, list[Source]]:
    """Return the sources by resource, the main one first."""
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


async def write_children(session: AsyncSession, resources: Sequence[Resource]) -> None:
    """Replace the places and the citations of resources."""
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
