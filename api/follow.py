"""Follows a channel of the database: loads at each word, and at each (re)connection."""

from collections.abc import Awaitable, Callable

import psycopg

from knowledge.listening import Background, keep_listening

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
        self._background = Background()

    def start(self) -> None:
        """Follow in the background."""
        self._background.start(keep_listening(self._url, self._channel, self._hear))

    async def stop(self) -> None:
        """Stop following."""
        await self._background.stop()

    async def _hear(self, connection: psycopg.AsyncConnection[object]) -> None:
        while True:
            await self._load()
            async for _ in connection.notifies(timeout=_LOOK_AGAIN_SECONDS, stop_after=1):
                pass
