"""Keeps the index fresh: rebuilt when the base changed, when an expiry or a publication is due."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg

from knowledge.listening import FIRST_PAUSE_SECONDS, keep_listening
from knowledge.resources.repository import CHANGED_CHANNEL

DEBOUNCE_SECONDS = 0.1
PATIENCE_SECONDS = 10.0
_PARIS = ZoneInfo("Europe/Paris")

Rebuild = Callable[[], Awaitable[datetime | None]]
"""Rebuilds the index and returns the moment when it will have to be rebuilt, None if unknown."""

Withdraw = Callable[[Sequence[str]], None]
"""Hides resources at once, before any rebuild."""


class IndexRefresher:
    """Listens to the base and rebuilds, until cancelled.

    The index is rebuilt at each (re)connection too: what happened while deaf is never missed.
    """

    def __init__(
        self,
        url: str,
        rebuild: Rebuild,
        *,
        withdraw: Withdraw | None = None,
        debounce: float = DEBOUNCE_SECONDS,
        first_pause: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        """`url` is that of libpq; pauses are in seconds."""
        self._url = url
        self._rebuild = rebuild
        self._withdraw = withdraw
        self._debounce = debounce
        self._pause = first_pause
        self._changed = asyncio.Event()
        self._waiting: list[asyncio.Event] = []
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Keep the index fresh; survives the loss of the database, stops when cancelled."""
        await keep_listening(self._url, CHANGED_CHANNEL, self._follow, first_pause=self._pause)

    async def catch_up(self, *, patience: float = PATIENCE_SECONDS) -> bool:
        """Return once the index holds what was committed before the call.

        False when that takes more than `patience` seconds: the index will hold it later.
        """
        built = asyncio.Event()
        self._waiting.append(built)
        self._changed.set()
        try:
            await asyncio.wait_for(built.wait(), patience)
        except TimeoutError:
            return False
        finally:
            self._waiting.remove(built)
        return True

    async def _follow(self, connection: psycopg.AsyncConnection[object]) -> None:
        """Listen and rebuild at the same time; the failure of one ends both."""
        self._changed.set()
        tasks = [
            asyncio.create_task(self._hear(connection)),
            asyncio.create_task(self._rebuild_when_needed()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.listening.clear()

    async def _hear(self, connection: psycopg.AsyncConnection[object]) -> None:
        self.listening.set()
        async for notification in connection.notifies():
            if notification.payload and self._withdraw is not None:
                # Hidden at once: a publication need not wait behind a rebuild for nothing.
                self._withdraw(notification.payload.split())
            else:
                self._changed.set()

    async def _rebuild_when_needed(self) -> None:
        moment: datetime | None = None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds_until(moment)):
                    await self._changed.wait()
            # An import writes hundreds of records: rebuild once, a moment after the last word.
            await asyncio.sleep(self._debounce)
            self._changed.clear()
            waiting = tuple(self._waiting)
            moment = await self._rebuild()
            for built in waiting:
                built.set()


def end_of(day: date) -> datetime:
    """Return the midnight that ends a day in France."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=_PARIS)


def seconds_until(moment: datetime | None, *, now: datetime | None = None) -> float | None:
    """Return the seconds until a moment, 0 once past, None without moment."""
    if moment is None:
        return None
    return max(0.0, (moment - (now or datetime.now(_PARIS))).total_seconds())
