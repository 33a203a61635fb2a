"""Follows a channel of the database: loads at each word, and at each (re)connection."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import psycopg

from knowledge.listening import keep_listening

_LOOK_AGAIN_SECONDS = 60.0


class Follower:
    """Calls `load` when it starts, whenever the channel speaks, and once a minute in any case.

    What was said while deaf is never missed: it loads at each connection too.
    """

    def __init__(self, url: str, channel: str, load: Callable[[], Awaitable[None]]) -> None:
        """`url` is that of libpq; `channel` a constant of ours."""
        self._url = url
        self._channel = channel
        self._load = load
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Follow in the background."""
        self._task = asyncio.create_task(keep_listening(self._url, self._channel, self._hear))

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _hear(self, connection: psycopg.AsyncConnection[object]) -> None:
        while True:
            await self._load()
            async for _ in connection.notifies(timeout=_LOOK_AGAIN_SECONDS, stop_after=1):
                pass
