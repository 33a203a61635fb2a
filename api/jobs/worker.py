"""Does the jobs, several at a time, for as long as the process lives.

A job is done inside the transaction that holds its row: what it writes and its end are one commit.
Killed at any moment, the worker leaves the job as it was, for another to take.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import Database, connect, psycopg_url
from api.jobs.repository import CHANNEL, LONGEST_SLEEP, Claimed, JobRepository
from knowledge.listening import keep_listening

logger = logging.getLogger(__name__)

# Returns when to do the job again, None when it is done.
Handler = Callable[[AsyncSession, dict[str, Any]], Awaitable[datetime | None]]

_MAX_ATTEMPTS = 12
_LONGEST_DELAY = timedelta(hours=1)
_LONGEST_SLEEP = LONGEST_SLEEP.total_seconds()
_SHORTEST_SLEEP = 0.5
_DATABASE_RETRY_SECONDS = 2.0
_DATABASE_GONE = (OperationalError, InterfaceError)


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after the n-th unexpected error: 5 s, 10 s, 20 s… one hour."""
    return min(timedelta(seconds=5 * 2**attempts), _LONGEST_DELAY)


class Worker:
    """`slots` jobs at a time; woken by the database, or by the clock.

    A call wakes one slot, which wakes another when it finds something to do: all of them looking
    at once, at each ticket created, would cost more than the tickets.

    A kind that it does not know is left to others: an older worker may run beside a newer one.
    """

    def __init__(self, url: str, handlers: Mapping[str, Handler], *, slots: int = 4) -> None:
        self._url = url
        self._handlers = handlers
        self._slots = slots
        self._calls: asyncio.Queue[None] = asyncio.Queue(maxsize=1)
        self._database: Database | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Work in the background."""
        self._database = connect(self._url, pool_size=self._slots + 1)
        self._tasks = [
            asyncio.create_task(keep_listening(psycopg_url(self._url), CHANNEL, self._listen))
        ]
        self._tasks += [asyncio.create_task(self._work()) for _ in range(self._slots)]

    async def stop(self) -> None:
        """Stop working; a job that was running is left for later, as if never begun."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._database is not None:
            await self._database.close()

    async def run_forever(self) -> None:
        """Work until cancelled."""
        self.start()
        try:
            await asyncio.Event().wait()
        finally:
            await self.stop()

    async def _work(self) -> None:
        while True:
            try:
                pause = await self._do_all()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("jobs postponed", extra={"error": type(error).__name__})
                pause = _DATABASE_RETRY_SECONDS
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):  # `wait_for` may lose a cancellation
                    await self._calls.get()

    def _call_one(self) -> None:
        """Let one slot look for a job; the call waits for one when all are at work."""
        with contextlib.suppress(asyncio.QueueFull):
            self._calls.put_nowait(None)

    def _sessions(self) -> contextlib.AbstractAsyncContextManager[AsyncSession]:
        assert self._database is not None  # noqa: S101 - set by start()
        return self._database.sessions.begin()

    async def _do_all(self) -> float:
        """Do the jobs that are due, one after the other; return how long to wait for the next."""
        while (pause := await self._do_one()) is None:
            pass
        return min(max(pause, _SHORTEST_SLEEP), _LONGEST_SLEEP)

    async def _do_one(self) -> float | None:
        """Do a job that is due; without one, return how long to wait for the next."""
        job: Claimed | None = None
        try:
            async with self._sessions() as session:
                jobs = JobRepository(session)
                job = await jobs.claim(self._handlers)
                if job is None:
                    wait = await jobs.seconds_to_next(self._handlers)
                    return _LONGEST_SLEEP if wait is None else wait
                self._call_one()  # another may be due as well
                await self._handle(session, job)
        except Exception as error:  # a job that fails must not stop the others
            if job is None or isinstance(error, _DATABASE_GONE):
                raise
            await self._note_failure(job, error)
        return None

    async def _handle(self, session: AsyncSession, job: Claimed) -> None:
        again = await self._handlers[job.kind](session, job.payload)
        jobs = JobRepository(session)
        if again is None:
            await jobs.finish(job.id)
        else:
            await jobs.postpone(job.id, again)

    async def _note_failure(self, job: Claimed, error: Exception) -> None:
        name = type(error).__name__
        logger.error("job failed", extra={"kind": job.kind, "job": job.id, "error": name})
        delay = None if job.attempts + 1 >= _MAX_ATTEMPTS else delay_after(job.attempts)
        async with self._sessions() as session:
            await JobRepository(session).fail(job.id, error=name, delay=delay)

    async def _listen(self, connection: psycopg.AsyncConnection[object]) -> None:
        self._call_one()
        async for _ in connection.notifies():
            self._call_one()
