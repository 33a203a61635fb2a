"""Follows a channel of the database: loads at each word, and at each (re)connection."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import psycopg
from psycopg import sql
from sqlalchemy.exc import SQLAlchemyError

logger = logging.getLogger(__name__)
_RETRY_SECONDS = 2.0
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
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True
                ) as connection:
                    await connection.execute(
                        sql.SQL("LISTEN {}").format(sql.Identifier(self._channel))
                    )
                    await self._hear(connection)
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                facts = {"channel": self._channel, "error": type(error).__name__}
                logger.warning("deaf for a while", extra=facts)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _hear(self, connection: psycopg.AsyncConnection[object]) -> None:
        while True:
            await self._load()
            async for _ in connection.notifies(timeout=_LOOK_AGAIN_SECONDS, stop_after=1):
                pass
