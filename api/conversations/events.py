"""Wakes the readers of a conversation when something arrives, whichever process wrote it."""

import asyncio
import contextlib
import logging
from collections import defaultdict

import psycopg

from api.conversations.repository import CHANNEL

logger = logging.getLogger(__name__)
_RETRY_SECONDS = (0.5, 1, 2, 5, 10)


class ConversationEvents:
    """LISTEN/NOTIFY turned into one asyncio event per waiting reader."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self.stopping = asyncio.Event()

    def start(self) -> None:
        """Listen in the background."""
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Let the readers go, then stop listening."""
        self.release()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def release(self) -> None:
        """Tell every open stream to say goodbye: a stream left open would block the shutdown."""
        self.stopping.set()
        for conversation_id in list(self._waiting):
            self._wake(conversation_id)

    async def wait(self, conversation_id: str, *, seconds: float) -> bool:
        """Wait until something arrives in the conversation; False when nothing did."""
        event = asyncio.Event()
        self._waiting[conversation_id].add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        else:
            return True
        finally:
            self._waiting[conversation_id].discard(event)
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]

    def _wake(self, conversation_id: str) -> None:
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    async def _listen(self) -> None:
        attempt = 0
        while not self.stopping.is_set():
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")  # constant
                    attempt = 0
                    async for notification in connection.notifies():
                        self._wake(notification.payload)
            except (psycopg.Error, OSError) as error:
                logger.warning("events: listening again", extra={"error": type(error).__name__})
            await asyncio.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])
            attempt += 1
