"""What advisors do with a ticket; every change is written in its history.

The ticket must have been read with `lock`: two advisors never change it at the same time.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.collegues.repository import MentionRepository
from api.conversations.repository import ConversationRepository
from api.equipes.relais import Relais, absents_on
from api.equipes.repartition import distribute
from api.mail.models import ANSWER
from api.mail.service import post
from api.pieces.accept import NewPiece
from api.pieces.repository import PieceRepository
from api.pieces.views import pieces_json
from api.satisfaction.ask import ask
from api.tickets.aiguillage import Aiguillage
from api.tickets.clock import turn_clock
from api.tickets.journal import Journal
from api.tickets.models import Ticket, TicketMessage
from api.tickets.repository import TicketRepository
from api.tickets.routing import load_aiguillage
from api.tickets.status import DONE_STATUSES, OPEN_STATUSES, SOLVED, WAITING, check_transition
from api.tickets.tell import Teller
from assistant.business_days import CELLULE

ELU = "elu"
MAIL = "courriel"
_PATCHABLE = ("status", "assignee", "priority", "themes", "route", "team")
_KEYED = uuid.UUID("6f1d3c52-3b0e-4f0e-9a55-6a1f7b1f2c11")


class VersionStale(Exception):
    """The ticket changed since it was read."""


class AlreadyClaimed(Exception):
    """Another advisor took the ticket first."""

    def __init__(self, assignee: str) -> None:
        super().__init__(assignee)
        self.assignee = assignee


class AssigneeAway(Exception):
    """Nothing is given to someone who is away; `relais` says until when, and who stands in."""

    def __init__(self, relais: Relais) -> None:
        super().__init__(relais.nom)
        self.relais = relais


class ReasonMissing(Exception):
    """A ticket changes team with a reason."""


class TicketMerged(Exception):
    """The ticket goes on in another one, which `into` names: nothing more is done here."""

    def __init__(self, into: str) -> None:
        super().__init__(into)
        self.into = into


class MessageKeyReused(Exception):
    """The idempotency key already carried another message."""


class TicketDesk:
    """Use cases of the advisors within one transaction."""

    def __init__(
        self,
        session: AsyncSession,
        *,
        aiguillage: Aiguillage | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._session = session
        self._aiguillage = aiguillage
        self._tickets = TicketRepository(session)
        self._teller = Teller(session)
        self._journal = Journal(session)
        self._mentions = MentionRepository(session)
        self._now = now

    async def change(
        self,
        ticket: Ticket,
        changes: dict[str, Any],
        *,
        actor: str,
        version: int,
        reason: str | None = None,
    ) -> Ticket:
        """Apply changes to a ticket read at `version`.

        Another team is given a `reason`, and chooses its own advisor.
        Raises VersionStale, TicketMerged, TransitionImpossible, ReasonMissing, AssigneeAway.
        """
        if ticket.version != version:
            raise VersionStale
        _check_alone(ticket)
        before = ticket.status
        applied = _applied(ticket, changes)
        await self._check_changes(applied, reason)
        if not applied:
            return ticket
        for name, (_, value) in applied.items():
            setattr(ticket, name, value)
        ticket.updated_at = self._now()
        kind = "rerouted" if "team" in applied else "updated"
        told = {**applied, "reason": reason} if reason else applied
        if "status" in applied:
            turn_clock(ticket, before=before, now=self._now())
        await self._journal.changed(ticket, kind=kind, actor=actor, changes=told)
        if "status" in applied:
            question = await ask(self._session, ticket) if ticket.status == SOLVED else None
            await self._teller.status(ticket, question)
        if "team" in applied:
            await self._distribute(ticket)
        return ticket

    async def _check_changes(self, applied: dict[str, list[Any]], reason: str | None) -> None:
        if "status" in applied:
            check_transition(*applied["status"])
        if "team" in applied and not reason:
            raise ReasonMissing
        _, assignee = applied.get("assignee", (None, None))
        away = await absents_on(self._session, CELLULE.today(self._now())) if assignee else None
        relais = away.of(assignee) if away else None
        if relais is not None:
            raise AssigneeAway(relais)

    async def _distribute(self, ticket: Ticket) -> None:
        if ticket.status in OPEN_STATUSES:
            equipe = (self._aiguillage or load_aiguillage()).equipe(ticket.team)
            await distribute(self._session, ticket, equipe, now=self._now())

    async def elu_wrote(self, conversation_id: str) -> None:
        """The élu wrote again: a ticket that waited for it is the advisor's once more."""
        for ticket in await self._tickets.waiting_in(conversation_id):
            await self._awaken(ticket)

    async def elu_answered(
        self, ticket: Ticket, *, body: str, pieces: Sequence[NewPiece] = ()
    ) -> TicketMessage:
        """The élu answered by mail: it is in the request, and in the conversation if there is one.

        An answer to a request that was merged joins the one where it goes on.

        A request that waited for it, or that was done, is the advisor's once more: no assistant
        answers a mail.
        """
        ticket = await self._tickets.followed(ticket, lock=True)
        if ticket.status in (WAITING, *DONE_STATUSES):
            await self._awaken(ticket)
        message = TicketMessage(
            id=str(uuid.uuid4()),
            ticket_id=ticket.id,
            author=ELU,
            visibility="public",
            canal=MAIL,
            body=body,
            created_at=self._now(),
        )
        await self._tickets.add_message(message)
        ticket.updated_at = self._now()
        joined = await PieceRepository(self._session).add(
            ticket_id=ticket.id, message_id=message.id, pieces=pieces
        )
        if ticket.conversation_id is not None:
            await ConversationRepository(self._session).add_item(
                ticket.conversation_id,
                id=message.id,
                author=ELU,
                text=body,
                turn={"channel": MAIL, "attachments": pieces_json(joined)},
            )
        await self._journal.wrote(ticket, message)
        return message

    async def _awaken(self, ticket: Ticket) -> None:
        before = ticket.status
        ticket.status, ticket.updated_at = "en_cours", self._now()
        turn_clock(ticket, before=before, now=self._now())
        changes = {"status": [before, "en_cours"]}
        await self._journal.changed(ticket, kind="elu_replied", actor=ELU, changes=changes)
        await self._teller.status(ticket)

    async def claim(self, ticket: Ticket, *, actor: str, instead: Collection[str] = ()) -> Ticket:
        """Take charge of a ticket, as of one held by somebody `instead` of whom anyone may act.

        Raises AlreadyClaimed for all but one, TicketMerged.
        """
        _check_alone(ticket)
        if ticket.assignee is not None and ticket.assignee not in instead:
            raise AlreadyClaimed(ticket.assignee)
        changes: dict[str, Any] = {"assignee": [ticket.assignee, actor]}
        ticket.assignee = actor
        ticket.updated_at = self._now()
        if ticket.status == "nouveau":
            ticket.status = "en_cours"
            changes["status"] = ["nouveau", "en_cours"]
        await self._journal.changed(ticket, kind="claimed", actor=actor, changes=changes)
        if "status" in changes:
            await self._teller.status(ticket)
        return ticket

    async def write(
        self,
        ticket: Ticket,
        *,
        body: str,
        visibility: str,
        actor: str,
        key: str | None = None,
        cited: Collection[str] = (),
        pieces: Sequence[NewPiece] = (),
        by_mail: bool = True,
    ) -> TicketMessage:
        """Write to the élu (`public`: it appears in the conversation) or between advisors.

        `cited` names the colleagues that a note calls; `pieces` are joined files. Without
        `by_mail`, the answer already left by mail from elsewhere.

        Raises TicketMerged, MessageKeyReused when the idempotency key carried another message.
        """
        message_id = _message_id(ticket, actor, key)
        known = await self._tickets.message(message_id)
        if known is not None:
            if (known.body, known.visibility) != (body, visibility):
                raise MessageKeyReused
            return known
        _check_alone(ticket)
        message = TicketMessage(
            id=message_id,
            ticket_id=ticket.id,
            author=actor,
            visibility=visibility,
            body=body,
            created_at=self._now(),
        )
        await self._tickets.add_message(message)
        await self._mentions.add(ticket_id=ticket.id, message_id=message.id, noms=cited)
        ticket.updated_at = self._now()
        joined = await PieceRepository(self._session).add(
            ticket_id=ticket.id, message_id=message.id, pieces=pieces
        )
        if visibility == "public":
            await self._deliver(ticket, message, pieces_json(joined), by_mail=by_mail)
        await self._journal.wrote(ticket, message)
        return message

    async def written(self, ticket: Ticket, *, actor: str, key: str | None) -> bool:
        """Tell whether this caller already wrote under this idempotency key."""
        known = await self._tickets.message(_message_id(ticket, actor, key)) if key else None
        return known is not None

    async def _deliver(
        self,
        ticket: Ticket,
        message: TicketMessage,
        pieces: list[dict[str, Any]],
        *,
        by_mail: bool,
    ) -> None:
        ticket.first_reply_at = ticket.first_reply_at or self._now()
        if ticket.courriel and by_mail:
            await post(
                self._session,
                ticket.id,
                kind=ANSWER,
                recipient=ticket.courriel,
                recipient_name=ticket.nom,
                message_id=message.id,
            )
        await self._teller.answer(
            ticket,
            message.id,
            author_name=message.author,
            text=message.body,
            turn={"attachments": pieces} if pieces else None,
        )


def _check_alone(ticket: Ticket) -> None:
    if ticket.merged_into is not None:
        raise TicketMerged(ticket.merged_into)


def _applied(ticket: Ticket, changes: dict[str, Any]) -> dict[str, list[Any]]:
    """Return what really changes, old and new; another team has not chosen its advisor yet."""
    if "team" in changes and changes["team"] != ticket.team:
        changes = {"assignee": None, **changes}
    return {
        name: [getattr(ticket, name), changes[name]]
        for name in _PATCHABLE
        if name in changes and changes[name] != getattr(ticket, name)
    }


def _message_id(ticket: Ticket, actor: str, key: str | None) -> str:
    """Return a new id, or the one that this key of this caller always gives."""
    return str(uuid.uuid5(_KEYED, f"{ticket.id}/{actor}/{key}") if key else uuid.uuid4())
