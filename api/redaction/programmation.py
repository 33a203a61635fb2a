"""The job that publishes the new texts whose hour has come."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.repository import JobRepository
from knowledge.resources.record import ResourceRecord
from knowledge.resources.scheduling import next_due, publish_due

PUBLISH_DUE = "resource.publish_due"


class PublishDue:
    """Publishes what is due, then waits for the next hour planned, if there is one."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Do it; return when to do it again."""
        await publish_due(session, now=self._now())
        return await next_due(session)


async def plan_publication(session: AsyncSession, record: ResourceRecord) -> None:
    """Have the new text of a resource published at its hour, when it has one."""
    if record.revision_at is not None:
        jobs = JobRepository(session)
        await jobs.add(PUBLISH_DUE, {}, dedupe=PUBLISH_DUE, run_at=record.revision_at)
