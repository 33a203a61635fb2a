"""Empties the mailbox, as a job: each mail is taken in, and moved away only once it is committed.

A round reads some mails and ends with the job's transaction; the next moves those away, which the
database knows by their place, then reads others. Killed anywhere, nothing is lost: what was not
committed is still in the mailbox; nothing is doubled: what was is known.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from api.courrier.adresse import ReplyBox
from api.courrier.boite import ImapServer, Mailbox, MailboxUnavailable
from api.courrier.lecture import MAX_BYTES
from api.courrier.reception import Reception, TakenIn, TooManyMails
from api.courrier.repository import CourrielRepository

logger = logging.getLogger(__name__)
COLLECT = "courrier.releve"
_EVERY = timedelta(minutes=1)
_AFTER_FAILURE = timedelta(minutes=5)
_SEEN = 5_000
_BATCH = 10


class CollectMails:
    """The handler of the job; without a mailbox, there is nothing to do."""

    def __init__(
        self,
        *,
        server: ImapServer | None,
        box: ReplyBox | None,
        domain: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = server
        self._box = box
        self._domain = domain
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Make one round; return when to make the next."""
        if self._server is None or self._box is None:
            return None
        reception = Reception(session, box=self._box, domain=self._domain, now=self._now)
        try:
            mailbox = await asyncio.to_thread(Mailbox, self._server)
            try:
                more = await _Round(session, mailbox, reception).make()
            finally:
                await asyncio.to_thread(mailbox.close)
        except MailboxUnavailable as error:
            logger.warning("mailbox unavailable", extra={"error": error.code})
            return self._now() + _AFTER_FAILURE
        return self._now() if more else self._now() + _EVERY


class _Round:
    """One round within one transaction."""

    def __init__(self, session: AsyncSession, mailbox: Mailbox, reception: Reception) -> None:
        self._session = session
        self._mailbox = mailbox
        self._reception = reception
        self._here: set[str] = set()

    async def make(self) -> bool:
        """Move away what is committed, read what is new; True when there may be more to do."""
        uids = await asyncio.to_thread(self._mailbox.uids, limit=_SEEN)
        places = {self._mailbox.place(uid): uid for uid in uids}
        known = await CourrielRepository(self._session).origins(places)
        done = [uid for place, uid in places.items() if place in known]
        new = [uid for place, uid in places.items() if place not in known][:_BATCH]
        for uid in new:
            if await self._take_in(uid):
                done.append(uid)
        await self._put_away(done)
        return bool(new)

    async def _put_away(self, uids: list[int]) -> None:
        """A folder that refuses them does not undo what was read: they are known, tried again."""
        try:
            await asyncio.to_thread(self._mailbox.put_away, uids)
        except MailboxUnavailable as error:
            logger.warning("mails not moved", extra={"error": error.code})

    async def _take_in(self, uid: int) -> bool:
        """Take one mail in; True when it had been committed before, at another place."""
        size = await asyncio.to_thread(self._mailbox.size, uid)
        heavy = size > MAX_BYTES
        fetch = self._mailbox.head if heavy else self._mailbox.read
        raw = await asyncio.to_thread(fetch, uid)
        if raw is None:  # erased meanwhile by someone else
            return False
        place = self._mailbox.place(uid)
        if heavy:
            taken = await self._reception.refuse(raw, motif="trop_lourd", size=size, origine=place)
        else:
            taken = await self._attempt(raw, place)
        if not taken.known:
            self._here.add(taken.recu.id)
        return taken.known and taken.recu.id not in self._here

    async def _attempt(self, raw: bytes, place: str) -> TakenIn:
        """Take a mail in; one that breaks what reads it is set apart, and stops nobody."""
        try:
            async with self._session.begin_nested():
                return await self._reception.take_in(raw, origine=place)
        except TooManyMails:
            pass
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # whatever its content broke
            logger.error("mail unreadable", extra={"error": type(error).__name__})  # noqa: TRY400
            return await self._reception.set_apart(raw, origine=place)
        size = len(raw)
        return await self._reception.refuse(raw, motif="trop_nombreux", size=size, origine=place)
