"""Follows a ticket in Zammad: its state and the advisors' answers come back to the élu."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.pieces.accept import MAX_FILES, NewPiece, PieceRefused, accept
from api.tickets.desk import ELU, TicketDesk
from api.tickets.models import Ticket
from api.tickets.repository import TicketRepository
from api.tickets.service import TicketService
from api.tickets.status import DONE_STATUSES, OPEN_STATUSES, TRANSITIONS
from api.zammad.carry import AFTER_FAILURE, AFTER_REFUSAL, utc_now
from api.zammad.client import (
    Article,
    RemoteTicket,
    Zammad,
    ZammadGone,
    ZammadRefused,
    ZammadUnavailable,
)
from api.zammad.repository import Link, ZammadRepository
from api.zammad.server import ZammadServer
from api.zammad.words import Said, answer_of, author_of

logger = logging.getLogger(__name__)
ACTOR = "zammad"
# Zammad's own states (docs.zammad.org, « States »); another one says nothing to the élu.
STATES = {
    "open": "en_cours",
    "pending reminder": "en_attente_elu",
    "pending close": "en_attente_elu",
    "closed": "resolu",
}
_EVERY = timedelta(minutes=1)
_ONCE_DONE = timedelta(minutes=15)
_FORGET = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an advisor wrote in Zammad for the élu; `mailed`: Zammad sent it by mail itself."""

    id: int
    author: str
    body: str
    pieces: tuple[NewPiece, ...]
    mailed: bool


class Follow:
    """The handler of the job: what the élu said goes there, what advisors did comes here."""

    def __init__(self, server: ZammadServer, *, now: Callable[[], datetime] = utc_now) -> None:
        self._server = server
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Make one round; return when to make the next, None when there is nothing to follow."""
        ticket = await TicketRepository(session).by_id(payload["ticket"])
        link = await ZammadRepository(session).of_ticket(payload["ticket"])
        if ticket is None or link is None or link.zammad_id is None:
            return None
        try:
            async with Zammad(self._server) as zammad:
                await _Round(session, zammad, ticket, link.zammad_id).make(link)
        except ZammadUnavailable as error:
            logger.warning("zammad unavailable", extra={"error": error.code})
            return self._now() + AFTER_FAILURE
        except ZammadGone:
            logger.warning("ticket gone from zammad", extra={"ticket": ticket.id})
            return self._now() + timedelta(days=1) if ticket.status in OPEN_STATUSES else None
        except ZammadRefused as error:
            logger.error("zammad refuses", extra={"error": error.status})  # noqa: TRY400
            return self._now() + AFTER_REFUSAL
        return self._next(ticket)

    def _next(self, ticket: Ticket) -> datetime | None:
        if ticket.status not in DONE_STATUSES:
            return self._now() + _EVERY
        return self._now() + _ONCE_DONE if ticket.updated_at > self._now() - _FORGET else None


class _Round:
    """One round within one transaction: Zammad is asked first, the ticket is locked afterwards."""

    def __init__(
        self, session: AsyncSession, zammad: Zammad, ticket: Ticket, zammad_id: int
    ) -> None:
        self._session = session
        self._zammad = zammad
        self._ticket = ticket
        self._id = zammad_id

    async def make(self, link: Link) -> None:
        """Carry, read, write, unless nothing happened on either side since `link`."""
        since = link.told_until or self._ticket.created_at
        said = [each for each in await self._said() if each.at > since]
        remote = await self._zammad.read(self._id)
        if remote.updated_at == link.updated_at and not said:
            return
        articles = await self._zammad.articles(self._id)
        answers = [await self._answer(each) for each in articles if await self._is_news(each)]
        await self._carry(said, articles)
        await self._bring(answers, remote if remote.state != link.state else None)
        until = said[-1].at if said else since
        await ZammadRepository(self._session).seen(self._ticket.id, remote, told_until=until)

    async def _said(self) -> list[Said]:
        """Return what the élu said since the request was sent, here and by mail."""
        service = TicketService(self._session)
        mailed = [each for each in await service.messages(self._ticket) if each.author == ELU]
        spoken = [
            Said(each["text"], datetime.fromisoformat(each["created_at"]))
            for each in await service.said_since(self._ticket)
            if each["author"] == ELU and each["text"] and "channel" not in each
        ]
        told = [*spoken, *(Said(each.body, each.created_at) for each in mailed)]
        return sorted(told, key=lambda each: each.at)

    async def _carry(self, said: Sequence[Said], articles: Sequence[Article]) -> None:
        """Write each of the élu's words once: those that a broken round carried are there."""
        there = {each.subject for each in articles}
        for each in said:
            subject = each.subject(self._ticket.reference)
            if subject not in there:
                await self._zammad.write(self._id, subject=subject, body=each.text)

    async def _is_news(self, article: Article) -> bool:
        """Tell whether an advisor wrote this for the élu, and it is not here yet."""
        if article.sender != "Agent" or article.internal or not answer_of(article, missing=[]):
            return False
        ticket = await TicketRepository(self._session).followed(self._ticket)
        author, key = author_of(article), _key(article.id)
        return not await TicketDesk(self._session).written(ticket, actor=author, key=key)

    async def _answer(self, article: Article) -> Answer:
        pieces: list[NewPiece] = []
        missing = [each.filename for each in article.attachments[MAX_FILES:]]
        for joined in article.attachments[:MAX_FILES]:
            content = await self._zammad.attachment(self._id, article, joined)
            try:
                pieces.append(accept(joined.filename, content))
            except PieceRefused as error:
                missing.append(error.nom)
        return Answer(
            id=article.id,
            author=author_of(article),
            body=answer_of(article, missing=missing),
            pieces=tuple(pieces),
            mailed=article.type == "email",
        )

    async def _bring(self, answers: Sequence[Answer], remote: RemoteTicket | None) -> None:
        """Write the answers, each once, then the new state.

        A request that was merged goes on in another one: answers join it, its state is its own.
        """
        tickets = TicketRepository(self._session)
        locked = await tickets.by_id(self._ticket.id, lock=True)
        if locked is None:  # erased meanwhile
            return
        ticket = await tickets.followed(locked, lock=True)
        desk = TicketDesk(self._session)
        for each in answers:
            await desk.write(
                ticket,
                body=each.body,
                visibility="public",
                actor=each.author,
                key=_key(each.id),
                pieces=each.pieces,
                by_mail=not each.mailed,
            )
        wanted = STATES.get(remote.state) if remote and ticket is locked else None
        for status in steps(ticket.status, wanted) if wanted else ():
            await desk.change(ticket, {"status": status}, actor=ACTOR, version=ticket.version)
            await self._session.flush()


def _key(article_id: int) -> str:
    return f"{ACTOR}:{article_id}"


def steps(current: str, wanted: str) -> tuple[str, ...]:
    """Return the shortest way from a status to another one, through those that are allowed."""
    ways: list[tuple[str, ...]] = [()]
    seen = {current}
    for way in ways:
        here = way[-1] if way else current
        if here == wanted:
            return way
        ways += [(*way, each) for each in TRANSITIONS[here] if each not in seen]
        seen.update(TRANSITIONS[here])
    return ()
