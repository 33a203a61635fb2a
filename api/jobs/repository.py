"""SQL of the jobs, and nothing else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.errors import LockNotAvailable
from sqlalchemy import Select, case, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from api.jobs.models import JOBS, Job

CHANNEL = "jobs"
LONGEST_SLEEP = timedelta(seconds=30)
"""How long a worker sleeps at most without looking at what is due."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job as a worker took it: readable even when the transaction is undone."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int


def _adding() -> Insert:
    statement = insert(Job)
    return statement.on_conflict_do_update(
        index_elements=["dedupe"],
        set_={
            "run_at": func.least(Job.run_at, statement.excluded.run_at),
            "failed_at": None,
            # One that was given up starts afresh.
            "attempts": case((Job.failed_at.is_not(None), 0), else_=Job.attempts),
        },
    )


# Written once: to build them anew cost more than to run them.
_ADD = _adding()
_ADD_SOON = _ADD.returning(func.pg_notify(CHANNEL, ""))
_BRIEFLY = text("SET LOCAL lock_timeout = '500ms'")
_AS_BEFORE = text("SET LOCAL lock_timeout TO DEFAULT")


def adding_selected(jobs: Select[Any]) -> ReturningInsert[Any]:
    """Return how to write the jobs that a query selects (kind, payload, dedupe), to be done now."""
    columns = ["kind", "payload", "dedupe"]
    written = insert(JOBS).from_select(columns, jobs, include_defaults=False)
    return written.returning(func.pg_notify(CHANNEL, ""))


class JobRepository:
    """Reads and writes jobs through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        dedupe: str | None = None,
        run_at: datetime | None = None,
    ) -> None:
        """Write a job with the rest of the transaction; workers are told at commit.

        A job of the same `dedupe` name that waits is not doubled: it is done at the earliest time.
        Of a job for later nobody is told: a worker looks at the clock at least that often.
        """
        values: dict[str, Any] = {"kind": kind, "payload": payload, "dedupe": dedupe}
        if run_at is not None:
            values["run_at"] = run_at
        soon = run_at is None or run_at - datetime.now(UTC) < LONGEST_SLEEP
        await self._session.execute(_ADD_SOON if soon else _ADD, values)

    async def add_unless_held(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        dedupe: str,
        run_at: datetime | None = None,
    ) -> bool:
        """As `add`, without waiting for whoever is doing the job of that name: return False then.

        The worker holds its row meanwhile, and may itself wait, through another connection, for
        what this transaction holds: the database would see no end to it.
        """
        try:
            async with self._session.begin_nested():
                await self._session.execute(_BRIEFLY)
                await self.add(kind, payload, dedupe=dedupe, run_at=run_at)
                await self._session.execute(_AS_BEFORE)
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
            return False
        return True

    async def add_again(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        dedupe: str,
        run_at: datetime | None = None,
    ) -> None:
        """As `add`; when the job of that name is being done, it is done once more after that."""
        if not await self.add_unless_held(kind, payload, dedupe=dedupe, run_at=run_at):
            await self.add(kind, payload, run_at=run_at)

    async def waits(self, dedupe: str) -> bool:
        """Tell whether a job is still to be done, or is being done."""
        known = exists().where(Job.dedupe == dedupe, Job.failed_at.is_(None))
        return bool(await self._session.scalar(select(known)))

    async def claim(self, kinds: Collection[str]) -> Claimed | None:
        """Return a job of these kinds that is due and that nobody else holds.

        It is held by a row lock: a worker that dies lets it go at once, whatever killed it.
        """
        found = await self._session.execute(
            select(Job.id, Job.kind, Job.payload, Job.attempts)
            .where(Job.failed_at.is_(None), Job.run_at <= func.now(), Job.kind.in_(kinds))
            .order_by(Job.run_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = found.first()
        return Claimed(*row) if row else None

    async def finish(self, job_id: int) -> None:
        """Forget a job that is done."""
        await self._session.execute(delete(Job).where(Job.id == job_id))

    async def forget(self, dedupe: str) -> None:
        """Forget a job that waits and that is needed no more; one being done is left to end."""
        waiting = select(Job.id).where(Job.dedupe == dedupe).with_for_update(skip_locked=True)
        await self._session.execute(delete(Job).where(Job.id.in_(waiting)))

    async def postpone(self, job_id: int, run_at: datetime) -> None:
        """Do the job again later: that is not a failure, and ends those there were."""
        again = {"run_at": run_at, "attempts": 0, "last_error": None}
        await self._session.execute(update(Job).where(Job.id == job_id).values(**again))

    async def fail(self, job_id: int, *, error: str, delay: timedelta | None) -> None:
        """Note an unexpected error, and try again after `delay`; None gives up."""
        later = {"failed_at": func.now()} if delay is None else {"run_at": func.now() + delay}
        await self._session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(attempts=Job.attempts + 1, last_error=error, **later)
        )

    async def seconds_to_next(self, kinds: Collection[str]) -> float | None:
        """Return how long to wait for the next job of these kinds, None when there is none."""
        wait = await self._session.scalar(
            select(func.extract("epoch", func.min(Job.run_at) - func.now())).where(
                Job.failed_at.is_(None), Job.kind.in_(kinds)
            )
        )
        return None if wait is None else float(wait)
