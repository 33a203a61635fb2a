"""Carries tickets to Zammad, each once.

The row of a ticket is its own outbox: one that is open, and that no job takes care of, is carried.
What was written while Zammad, or this service, was down is found there afterwards.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.repository import CompteRepository
from api.jobs.repository import JobRepository
from api.tickets.models import Ticket
from api.tickets.repository import TicketRepository
from api.zammad.client import (
    RemoteTicket,
    Zammad,
    ZammadRefused,
    ZammadUnavailable,
)
from api.zammad.repository import ZammadRepository
from api.zammad.server import ZammadServer
from api.zammad.words import body_of, title_of

logger = logging.getLogger(__name__)
CATCH_UP = "zammad.rattraper"
CARRY = "zammad.porter"
FOLLOW = "zammad.suivre"
AFTER_FAILURE = timedelta(minutes=1)
AFTER_REFUSAL = timedelta(minutes=15)
# How long Zammad's search may ignore a ticket that was just made (Elasticsearch indexes later).
SETTLE = timedelta(minutes=5)
_EVERY = timedelta(seconds=15)
_BATCH = 200


def utc_now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


class CatchUp:
    """The handler of the job that finds the tickets to carry or to follow."""

    def __init__(self, *, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Write a job for each; return when to look again."""
        found = await ZammadRepository(session).left_behind(
            carry=CARRY, follow=FOLLOW, limit=_BATCH
        )
        for ticket_id, kind in found:
            await take_care(session, kind, ticket_id)
        return self._now() + _EVERY


async def take_care(session: AsyncSession, kind: str, ticket_id: int) -> None:
    """Write the job of a ticket, unless it waits already."""
    await JobRepository(session).add(kind, {"ticket": ticket_id}, dedupe=f"{kind}:{ticket_id}")


class Carry:
    """The handler of the job that makes one ticket in Zammad.

    That a creation is asked is committed first, apart: when its end is unknown (no answer, a
    worker killed), Zammad is left the time to settle, then is asked whether it has the ticket.
    """

    def __init__(
        self,
        server: ZammadServer,
        *,
        public_url: str,
        settle: timedelta = SETTLE,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._server = server
        self._public_url = public_url
        self._settle = settle
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Carry the ticket; return when to try again, None when it is there."""
        ticket = await TicketRepository(session).by_id(payload["ticket"])
        if ticket is None or ticket.merged_into is not None:
            return None
        link = await ZammadRepository(session).of_ticket(ticket.id)
        if link is not None and link.zammad_id is not None:
            return None
        attempted = link.attempted_at if link is not None else None
        if attempted is not None and self._now() < attempted + self._settle:
            return attempted + self._settle
        try:
            remote = await self._make(session, ticket)
        except ZammadUnavailable as error:
            logger.warning("zammad unavailable", extra={"error": error.code})
            return self._now() + AFTER_FAILURE
        except ZammadRefused as error:
            logger.error("zammad refuses a ticket", extra={"error": error.status})  # noqa: TRY400
            return self._now() + AFTER_REFUSAL
        await ZammadRepository(session).carried(ticket, remote)
        await take_care(session, FOLLOW, ticket.id)
        return None

    async def _make(self, session: AsyncSession, ticket: Ticket) -> RemoteTicket:
        async with Zammad(self._server) as zammad:
            found = await zammad.find(ticket.reference)
            if found is not None:
                return found
            owner = await _owner(session, zammad, ticket)
            await self._note(session, ticket, self._now())
            try:
                return await self._create(zammad, ticket, owner)
            except ZammadUnavailable as error:
                if not error.sent:
                    await self._note(session, ticket, None)
                raise
            except ZammadRefused:
                await self._note(session, ticket, None)
                raise

    async def _create(self, zammad: Zammad, ticket: Ticket, owner: int | None) -> RemoteTicket:
        """Create the ticket; without its owner when Zammad refuses them (another group's, say)."""
        body = body_of(ticket, public_url=self._public_url)
        wanted: dict[str, Any] = {"title": title_of(ticket), "body": body}
        try:
            return await zammad.create(**wanted, courriel=ticket.courriel, owner=owner)
        except ZammadRefused as error:
            if owner is None:
                raise
            logger.warning("zammad refuses an owner", extra={"error": error.status})
            return await zammad.create(**wanted, courriel=ticket.courriel)

    async def _note(self, session: AsyncSession, ticket: Ticket, at: datetime | None) -> None:
        """Commit, apart from the job, that a creation is asked or that it did not happen."""
        async with AsyncSession(session.bind) as apart, apart.begin():
            await ZammadRepository(apart).attempt(ticket.id, at)


async def _owner(session: AsyncSession, zammad: Zammad, ticket: Ticket) -> int | None:
    """Return the agent of Zammad whom the ticket was given to here, known by their address.

    Without such an agent, or without the right to look for one, the group chooses.
    """
    held = await CompteRepository(session).by_nom(ticket.assignee) if ticket.assignee else None
    if held is None:
        return None
    try:
        return await zammad.agent(held.courriel)
    except ZammadRefused as error:
        logger.warning("zammad agents unknown", extra={"error": error.status})
        return None
