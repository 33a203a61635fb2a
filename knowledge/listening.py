"""Hears a channel of PostgreSQL for the life of the process, whatever breaks on the way."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic

import psycopg
from psycopg import sql

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 10.0

Follow = Callable[[psycopg.AsyncConnection[object]], Awaitable[None]]
"""What is done with a connection that hears the channel, for as long as it lives."""


class Background:
    """One task that runs beside the rest until it is stopped."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run it."""
        self._task = asyncio.create_task(work)

    async def stop(self) -> None:
        """Cancel it and wait for its end; nothing runs, nothing is done."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


async def keep_listening(
    url: str, channel: str, follow: Follow, *, first_pause: float = FIRST_PAUSE_SECONDS
) -> None:
    """Listen and follow, again after each break, until cancelled.

    `url` is that of libpq. `follow` starts once the channel is heard: catching up on what was said
    while deaf is for it to do. Whatever it raises is logged by its type, and tried again after a
    pause that doubles up to `MAX_PAUSE_SECONDS`: to be deaf for ever would be worse.
    """
    pause = first_pause
    while True:
        started = monotonic()
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                await follow(connection)
        except Exception as error:
            facts = {"channel": channel, "error": type(error).__name__}
            logger.warning("deaf for a while", extra=facts)
        if monotonic() - started > MAX_PAUSE_SECONDS:
            pause = first_pause
        await asyncio.sleep(pause)
        pause = min(pause * 2, MAX_PAUSE_SECONDS)
