"""The new texts of published resources whose hour has come."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources import records, repository
from knowledge.resources.editing import NO_REVISION
from knowledge.resources.lifecycle import Action
from knowledge.resources.models import ResourceRow
from knowledge.resources.repository import Trace
from knowledge.resources.resource import ResourceState


async def publish_due(session: AsyncSession, *, now: datetime) -> list[str]:
    """Put the new texts whose hour has come in place of those online; return their resources.

    The text is the one that was read again when its publication was planned: any change since
    would have undone the plan. The history keeps whoever planned it.
    """
    due = (
        select(ResourceRow.id, ResourceRow.revision_by)
        .where(
            ResourceRow.revision_at <= now,
            ResourceRow.revision.is_not(None),
            ResourceRow.deleted_at.is_(None),
        )
        .order_by(ResourceRow.revision_at, ResourceRow.id)
        .with_for_update()
    )
    planners = {row[0]: row[1] for row in await session.execute(due)}
    for resource_id, record in (await records.find_many(session, list(planners))).items():
        await repository.change(
            session,
            replace(record.working, state=ResourceState.PUBLIE),
            expected_version=record.resource.version,
            trace=Trace(planners[resource_id] or record.editor, Action.PUBLISH.value),
            columns=NO_REVISION,
        )
    return list(planners)


async def next_due(session: AsyncSession) -> datetime | None:
    """Return the nearest moment when a new text is to take the place of the one online."""
    planned = select(func.min(ResourceRow.revision_at)).where(ResourceRow.deleted_at.is_(None))
    nearest: datetime | None = await session.scalar(planned)
    return nearest
