"""What was promised about duration is done: old conversations and requests are erased daily."""

import asyncio
import contextlib
import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from api.collegues.repository import PresenceRepository
from api.conversations.repository import ConversationRepository
from api.database import Database
from api.droits.repository import AccesRepository
from api.tickets.repository import TicketRepository

logger = logging.getLogger(__name__)
DAY_SECONDS = 24 * 3600
TICKET_MONTHS = 36
_MONTH = timedelta(days=30.44)


async def erase_old(database: Database, *, months: int, erased: str) -> tuple[int, int]:
    """Erase what is past its term; return the numbers of conversations and of requests.

    A request keeps its anonymised case; a conversation leaves nothing.
    """
    async with database.sessions.begin() as session:
        tickets = await TicketRepository(session).forget_older_than(
            _MONTH * TICKET_MONTHS, erased=erased
        )
        await AccesRepository(session).erase_old()
        await PresenceRepository(session).erase_old()
        conversations = await ConversationRepository(session).erase_older_than(_MONTH * months)
    return conversations, tickets


class RetentionTask:
    """Runs `erase_old` at start, then every day."""

    def __init__(self, database: Database, *, months: int, erased: str) -> None:
        self._database = database
        self._months = months
        self._erased = erased
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Work in the background."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop working."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await erase_old(self._database, months=self._months, erased=self._erased)
            except (SQLAlchemyError, OSError) as error:
                logger.warning("retention postponed", extra={"error": type(error).__name__})
            await asyncio.sleep(DAY_SECONDS)
