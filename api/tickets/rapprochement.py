"""Merges tickets of one élu, splits a ticket, links tickets; each can be undone and is told.

The tickets must have been read with `lock`.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.collegues.models import Mention
from api.conversations.models import Item
from api.courrier.models import CourrielRecu
from api.mail.models import Mail
from api.pieces.models import Piece
from api.tickets.aiguillage import Aiguillage
from api.tickets.clock import promise, turn_clock
from api.tickets.desk import ELU, ReasonMissing, TicketMerged, VersionStale
from api.tickets.family import FamilyRepository, same_person
from api.tickets.journal import Journal
from api.tickets.models import Ticket, TicketMessage
from api.tickets.reminders import schedule_reminder
from api.tickets.repository import TicketRepository
from api.tickets.service import TicketService
from api.tickets.status import OPEN_STATUSES, WAITING
from api.tickets.tell import Teller
from assistant.ports import Demande

_TEXTS = Path(__file__).parent.parent / "textes" / "rapprochement.yml"
_CLOSED = "clos"
# What happens to a ticket without anybody taking it up: a merge that reopened it can be undone.
_UNTOUCHED = ("linked", "unlinked", "released", "reminder", "mail_failed", "mail_refused")
_DUE = "first_reply_due_at"
_OPENED = "en_cours"


class RapprochementRefused(Exception):
    """The tickets cannot be merged, split or linked so; `key` is that of a sentence."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@cache
def load_texts() -> dict[str, Any]:
    """Return what the élu is told, and why something is refused."""
    texts: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts


class Rapprochement:
    """Use cases within one transaction."""

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
        self._family = FamilyRepository(session)
        self._journal = Journal(session)
        self._teller = Teller(session)
        self._now = now

    async def merge(self, ticket: Ticket, into: Ticket, *, actor: str, version: int) -> None:
        """Merge a ticket, read at `version`, into another of the same élu.

        It closes and says where it went; the other one reopens if need be and keeps the earliest
        of both promises. Raises VersionStale, TicketMerged, RapprochementRefused.
        """
        _check_version(ticket, version)
        await self._check_mergeable(ticket, into)
        was_open = ticket.status in OPEN_STATUSES
        before, ticket.merged_into = ticket.status, into.reference
        changes: dict[str, Any] = {"merged_into": [None, into.reference]}
        if before != _CLOSED:
            ticket.status, changes["status"] = _CLOSED, [before, _CLOSED]
            turn_clock(ticket, before=before, now=self._now())
        received: dict[str, Any] = {"merged": [None, ticket.reference]}
        if was_open:
            received |= self._take_over(ticket, into)
        ticket.updated_at = into.updated_at = self._now()
        await self._session.flush()
        await self._journal.changed(ticket, kind="merged", actor=actor, changes=changes)
        await self._journal.changed(into, kind="received", actor=actor, changes=received)
        await self._teller.tell(ticket, into.status, _said("reunie", ticket, into))
        if "status" in received:
            await self._teller.tell(into, into.status)

    def _take_over(self, ticket: Ticket, into: Ticket) -> dict[str, Any]:
        """Let the ticket that stays answer for what the other one promised."""
        changes: dict[str, Any] = {}
        if into.status not in OPEN_STATUSES:
            before, into.status = into.status, _OPENED
            changes["status"] = [before, _OPENED]
            turn_clock(into, before=before, now=self._now())
        if into.assignee is None and ticket.assignee is not None:
            into.assignee = ticket.assignee
            changes["assignee"] = [None, ticket.assignee]
        unanswered = ticket.first_reply_at is None and into.first_reply_at is None
        if unanswered and ticket.first_reply_due_at < into.first_reply_due_at:
            due = [into.first_reply_due_at, ticket.first_reply_due_at]
            changes[_DUE] = [each.isoformat() for each in due]
            promise(into, ticket.first_reply_due_at)
        return changes

    async def _undo(self, ticket: Ticket, into: Ticket) -> dict[str, Any]:
        """Take back from the ticket that stays what the merge had changed in it."""
        history = await self._tickets.own_events(into)
        merged = [
            number
            for number, each in enumerate(history)
            if each.kind == "received" and each.changes.get("merged") == [None, ticket.reference]
        ]
        if not merged:
            return {}
        received, since = history[merged[-1]].changes, history[merged[-1] + 1 :]
        start = history[merged[-1]].created_at
        touched = any(each.kind not in _UNTOUCHED for each in since)
        touched = touched or await self._wrote(since=start, to=(ticket, into))
        return self._give_up(into, received) | self._close_again(into, received, touched)

    async def _wrote(self, *, since: datetime, to: Collection[Ticket]) -> bool:
        """Tell whether the élu wrote in the conversation of one of these tickets since then."""
        conversations = [each.conversation_id for each in to if each.conversation_id]
        said = select(Item.id).where(
            Item.conversation_id.in_(conversations), Item.author == ELU, Item.created_at > since
        )
        return await self._session.scalar(said.limit(1)) is not None

    def _close_again(self, into: Ticket, received: dict[str, Any], touched: bool) -> dict[str, Any]:
        """Close again a ticket that the merge alone had reopened, and nobody took up since."""
        reopened = received.get("status")
        if reopened is None or into.status != reopened[1] or touched:
            return {}
        into.status = reopened[0]
        turn_clock(into, before=reopened[1], now=self._now())
        return {"status": [reopened[1], reopened[0]]}

    def _give_up(self, into: Ticket, received: dict[str, Any]) -> dict[str, Any]:
        """Let a ticket answer again for its own promise alone; nothing once it was answered."""
        moved = received.get(_DUE)
        if moved is None or into.first_reply_at is not None:
            return {}
        before, taken = (datetime.fromisoformat(each) for each in moved)
        if into.first_reply_due_at != taken:  # changed since, for a reason of its own
            return {}
        promise(into, before)
        return {_DUE: [taken.isoformat(), before.isoformat()]}

    async def _check_mergeable(self, ticket: Ticket, into: Ticket) -> None:
        if ticket.merged_into is not None:
            raise TicketMerged(ticket.merged_into)
        if ticket.id == into.id:
            raise RapprochementRefused("meme")
        if into.merged_into is not None:
            raise RapprochementRefused("cible_reunie")
        if await self._family.merged(ticket):
            raise RapprochementRefused("en_reunit")
        if not same_person(ticket, into):
            raise RapprochementRefused("autre_personne")

    async def unmerge(self, ticket: Ticket, into: Ticket, *, actor: str, version: int) -> None:
        """Undo a merge: each ticket is alone again, with its own promise.

        The merged one is in the status that it had, and so is the other one, unless somebody took
        it up meanwhile.

        Raises VersionStale, RapprochementRefused.
        """
        _check_version(ticket, version)
        if ticket.merged_into != into.reference:
            raise RapprochementRefused("pas_reunie")
        ticket.merged_into = None
        changes: dict[str, Any] = {"merged_into": [into.reference, None]}
        status = await self._status_before(ticket)
        if status != ticket.status:
            before, ticket.status = ticket.status, status
            changes["status"] = [before, status]
            ticket.waiting_since = self._now() if status == WAITING else None
            await schedule_reminder(self._session, ticket)
        released = {"merged": [ticket.reference, None], **await self._undo(ticket, into)}
        ticket.updated_at = into.updated_at = self._now()
        await self._session.flush()
        await self._journal.changed(ticket, kind="unmerged", actor=actor, changes=changes)
        await self._journal.changed(into, kind="released", actor=actor, changes=released)
        await self._teller.tell(ticket, ticket.status, _said("defaite", ticket, into))
        if "status" in released:
            await self._teller.tell(into, into.status)

    async def _status_before(self, ticket: Ticket) -> str:
        merges = [each for each in await self._tickets.own_events(ticket) if each.kind == "merged"]
        changed = merges[-1].changes.get("status") if merges else None
        return str(changed[0]) if changed else ticket.status

    async def split(
        self,
        ticket: Ticket,
        *,
        messages: Collection[str],
        besoin: str,
        reason: str,
        actor: str,
        version: int,
    ) -> Ticket:
        """Give another subject its own ticket, with these messages; merging undoes it.

        Raises VersionStale, TicketMerged, ReasonMissing, RapprochementRefused.
        """
        _check_version(ticket, version)
        if ticket.merged_into is not None:
            raise TicketMerged(ticket.merged_into)
        if not reason:
            raise ReasonMissing
        if not (ticket.courriel or ticket.telephone):
            raise RapprochementRefused("sans_contact")
        own = {each.id: each for each in await self._tickets.own_messages(ticket)}
        if not set(messages) <= set(own):
            raise RapprochementRefused("message_inconnu")
        service = TicketService(self._session, aiguillage=self._aiguillage, now=self._now)
        new = await service.create(
            _demande(ticket, besoin), conversation_id=ticket.conversation_id, origin=actor
        )
        moved = [own[each] for each in messages]
        answers = [
            each.created_at for each in moved if each.visibility == "public" and each.author != ELU
        ]
        new.first_reply_at = min(answers, default=None)
        ticket.updated_at = self._now()
        await self._move(new, [each.id for each in moved])
        told = {"reason": reason}
        into, origin = [None, new.reference], [None, ticket.reference]
        await self._journal.changed(
            ticket, kind="split", actor=actor, changes={"split_into": into, **told}
        )
        await self._journal.changed(
            new, kind="split_off", actor=actor, changes={"split_from": origin, **told}
        )
        await self._teller.tell(new, new.status, _said("separee", new, ticket))
        return new

    async def _move(self, ticket: Ticket, ids: Collection[str]) -> None:
        await self._session.execute(
            update(TicketMessage).where(TicketMessage.id.in_(ids)).values(ticket_id=ticket.id)
        )
        for table in (Piece, Mention, Mail, CourrielRecu):
            await self._session.execute(
                update(table).where(table.message_id.in_(ids)).values(ticket_id=ticket.id)
            )

    async def link(self, ticket: Ticket, other: Ticket, *, actor: str, version: int) -> None:
        """Say that two tickets are related; nothing when they already were.

        Raises VersionStale, RapprochementRefused.
        """
        _check_version(ticket, version)
        if ticket.id == other.id:
            raise RapprochementRefused("meme")
        if await self._family.link(ticket, other, par=actor):
            await self._tie(ticket, other, kind="linked", actor=actor)

    async def unlink(self, ticket: Ticket, other: Ticket, *, actor: str, version: int) -> None:
        """Say that two tickets are not related after all. Raises VersionStale."""
        _check_version(ticket, version)
        if await self._family.unlink(ticket, other):
            await self._tie(ticket, other, kind="unlinked", actor=actor)

    async def _tie(self, one: Ticket, other: Ticket, *, kind: str, actor: str) -> None:
        one.updated_at = other.updated_at = self._now()
        await self._session.flush()
        for here, there in ((one, other), (other, one)):
            pair = [None, there.reference] if kind == "linked" else [there.reference, None]
            await self._journal.changed(here, kind=kind, actor=actor, changes={"linked": pair})


def _check_version(ticket: Ticket, version: int) -> None:
    if ticket.version != version:
        raise VersionStale


def _said(key: str, ticket: Ticket, other: Ticket) -> list[dict[str, Any]]:
    text = load_texts()["elu"][key].format(reference=ticket.reference, autre=other.reference)
    return [{"type": "text", "text": text}]


def _demande(ticket: Ticket, besoin: str) -> Demande:
    """Return the request of the same élu about another subject."""
    return Demande(
        besoin=besoin,
        categorie=ticket.categorie,
        territoire=ticket.territoire,
        population=ticket.population,
        role=ticket.role,
        themes=tuple(ticket.themes),
        nom=ticket.nom,
        courriel=ticket.courriel,
        telephone=ticket.telephone,
        route=ticket.route,
    )
