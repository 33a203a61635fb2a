"""Wakes the readers of a conversation when something arrives, whichever process wrote it."""

import asyncio
from collections import defaultdict

import psycopg

from api.conversations.repository import CHANNEL
from knowledge.listening import Background, keep_listening


class ConversationEvents:
    """LISTEN/NOTIFY turned into one asyncio event per waiting reader."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._background = Background()
        self.stopping = asyncio.Event()

    def start(self) -> None:
        """Listen in the background."""
        self._background.start(keep_listening(self._url, CHANNEL, self._listen))

    async def stop(self) -> None:
        """Let the readers go, then stop listening."""
        self.release()
        await self._background.stop()

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

    async def _listen(self, connection: psycopg.AsyncConnection[object]) -> None:
        async for notification in connection.notifies():
            self._wake(notification.payload)
