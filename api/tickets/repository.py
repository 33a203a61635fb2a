"""SQL of the tickets, and nothing else."""

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from api.courrier.models import CourrielRecu
from api.mail.models import Mail
from api.satisfaction.models import Satisfaction
from api.tickets.family import family
from api.tickets.models import Draft, Ticket, TicketEvent, TicketMessage
from api.tickets.status import COMMON_QUEUE, OPEN_STATUSES, WAITING
from nlu.text import fold

# Written once: to build them anew cost more than to run them.
_ADD = upsert(Ticket).on_conflict_do_nothing().returning(Ticket)
_ADD_EVENT = insert(TicketEvent)
_TRIGRAM = 3  # letters that the index knows together


class CursorInvalid(ValueError):
    """The pagination cursor was not written by us."""


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Criteria of the queue; None means no criterion.

    `instead`: those whom `assignee` stands in for; their tickets are theirs too.
    """

    status: str | None = None
    theme: str | None = None
    route: str | None = None
    departement: str | None = None
    assignee: str | None = None
    q: str | None = None
    overdue: bool | None = None
    team: str | None = None
    priority: str | None = None
    instead: tuple[str, ...] = ()


class TicketRepository:
    """Reads and writes tickets through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def draft(self, conversation_id: str) -> dict[str, Any] | None:
        """Return the request being prepared."""
        return await self._session.scalar(
            select(Draft.demande).where(Draft.conversation_id == conversation_id)
        )

    async def save_draft(self, conversation_id: str, demande: dict[str, Any]) -> None:
        """Keep the request being prepared."""
        statement = upsert(Draft).values(conversation_id=conversation_id, demande=demande)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["conversation_id"],
                set_={"demande": demande, "updated_at": func.now()},
            )
        )

    async def discard_draft(self, conversation_id: str) -> None:
        """Forget the request being prepared."""
        await self._session.execute(delete(Draft).where(Draft.conversation_id == conversation_id))

    async def lock(self, name: str) -> None:
        """Let one transaction at a time deal with this name (a conversation's request)."""
        await self._session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": name}
        )

    async def add(self, values: dict[str, Any]) -> Ticket | None:
        """Keep a new ticket; None when another has its reference, or its idempotency key.

        The same key sent twice at once: the second waits for the end of the first.
        """
        return await self._session.scalar(_ADD, values)

    async def by_reference(self, reference: str, *, lock: bool = False) -> Ticket | None:
        """Return the ticket that bears this reference.

        `lock`: whoever else wants to change it waits until this transaction ends.
        """
        query = select(Ticket).where(Ticket.reference == reference)
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def by_id(self, ticket_id: int, *, lock: bool = False) -> Ticket | None:
        """Return a ticket by its number; `lock` as above."""
        return await self._session.get(Ticket, ticket_id, with_for_update=lock or None)

    async def by_key(self, key: str) -> Ticket | None:
        """Return the ticket created under this idempotency key."""
        return await self._session.scalar(select(Ticket).where(Ticket.idempotency_key == key))

    async def latest(self, conversation_id: str, *, lock: bool = False) -> Ticket | None:
        """Return the last ticket of a conversation; `lock` as above."""
        query = (
            select(Ticket)
            .where(Ticket.conversation_id == conversation_id)
            .order_by(Ticket.id.desc())
            .limit(1)
        )
        return await self._session.scalar(query.with_for_update() if lock else query)

    async def followed(self, ticket: Ticket, *, lock: bool = False) -> Ticket:
        """Return the ticket that answers for this one: itself, or where it was merged."""
        if ticket.merged_into is None:
            return ticket
        return await self.by_reference(ticket.merged_into, lock=lock) or ticket

    async def waiting_in(self, conversation_id: str) -> Sequence[Ticket]:
        """Return the tickets that wait for an élu's words in this conversation, to be changed."""
        merged = select(Ticket.merged_into).where(
            Ticket.conversation_id == conversation_id, Ticket.merged_into.is_not(None)
        )
        query = select(Ticket).where(
            or_(Ticket.conversation_id == conversation_id, Ticket.reference.in_(merged)),
            Ticket.status == WAITING,
        )
        locked = query.order_by(Ticket.id).with_for_update()
        return (await self._session.execute(locked)).scalars().all()

    async def teams(self) -> Sequence[str]:
        """Return the teams that have tickets, from one to the next: their number is small."""
        first = select(func.min(Ticket.team).label("team")).cte("teams", recursive=True)
        after = select(func.min(Ticket.team)).where(Ticket.team > first.c.team).scalar_subquery()
        each = first.union_all(select(after).where(first.c.team.is_not(None)))
        return (
            await self._session.scalars(select(each.c.team).where(each.c.team.is_not(None)))
        ).all()

    async def page(
        self, criteria: TicketFilter, *, cursor: str | None, limit: int, now: datetime
    ) -> tuple[Sequence[Ticket], str | None]:
        """Return one page, newest first, and the cursor of the next.

        Raises CursorInvalid.
        """
        await plan_anew(self._session)
        query = filtered(criteria, now).order_by(Ticket.created_at.desc(), Ticket.id.desc())
        if cursor is not None:
            query = query.where(tuple_(Ticket.created_at, Ticket.id) < _read_cursor(cursor))
        found = (await self._session.execute(query.limit(limit + 1))).scalars().all()
        last = found[limit - 1] if len(found) > limit else None
        return found[:limit], _write_cursor(last) if last else None

    async def add_event(
        self, ticket: Ticket, *, kind: str, actor: str, changes: dict[str, Any]
    ) -> TicketEvent:
        """Write one line of the history."""
        event = TicketEvent(ticket_id=ticket.id, kind=kind, actor=actor, changes=changes)
        self._session.add(event)
        await self._session.flush()
        return event

    async def note_birth(self, ticket: Ticket, *, actor: str, changes: dict[str, Any]) -> None:
        """Write the first line of the history, which nobody waits to read."""
        event = {"ticket_id": ticket.id, "kind": "created", "actor": actor, "changes": changes}
        await self._session.execute(_ADD_EVENT, event)

    async def events(self, ticket: Ticket) -> Sequence[TicketEvent]:
        """Return the history, oldest first, with that of the tickets merged into this one."""
        query = select(TicketEvent).where(TicketEvent.ticket_id.in_(family(ticket.id)))
        return (await self._session.execute(query.order_by(TicketEvent.id))).scalars().all()

    async def own_events(self, ticket: Ticket) -> Sequence[TicketEvent]:
        """Return the history of this ticket alone, oldest first."""
        query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)
        return (await self._session.execute(query.order_by(TicketEvent.id))).scalars().all()

    async def add_message(self, message: TicketMessage) -> None:
        """Keep an advisor's message."""
        self._session.add(message)
        await self._session.flush()

    async def message(self, message_id: str) -> TicketMessage | None:
        """Return an advisor's message."""
        return await self._session.get(TicketMessage, message_id)

    async def messages(self, ticket: Ticket) -> Sequence[TicketMessage]:
        """Return the messages, oldest first, with those of the tickets merged into this one."""
        return await self._messages(TicketMessage.ticket_id.in_(family(ticket.id)))

    async def own_messages(self, ticket: Ticket) -> Sequence[TicketMessage]:
        """Return the messages written on this ticket alone, oldest first."""
        return await self._messages(TicketMessage.ticket_id == ticket.id)

    async def _messages(self, condition: ColumnElement[bool]) -> Sequence[TicketMessage]:
        query = select(TicketMessage).where(condition)
        ordered = query.order_by(TicketMessage.created_at, TicketMessage.id)
        return (await self._session.execute(ordered)).scalars().all()

    async def forget_person(self, conversation_id: str, *, erased: str) -> None:
        """Keep the anonymised case, erase the person: contact, words and transcript."""
        await self._forget(Ticket.conversation_id == conversation_id, erased=erased)

    async def forget_older_than(self, age: timedelta, *, erased: str) -> int:
        """Anonymise the requests untouched for longer than `age`; return how many."""
        old = (Ticket.updated_at < func.now() - age) & (Ticket.besoin != erased)
        return await self._forget(old, erased=erased)

    async def forget_tickets(self, ids: Collection[int], *, erased: str) -> int:
        """Anonymise these requests; return how many."""
        return await self._forget(Ticket.id.in_(ids), erased=erased)

    async def _forget(self, condition: ColumnElement[bool], *, erased: str) -> int:
        """Leave the case: where, about what, when. A role in a small commune names someone."""
        tickets = select(Ticket.id).where(condition)
        await self._session.execute(
            delete(TicketMessage).where(TicketMessage.ticket_id.in_(tickets))
        )
        await self._session.execute(
            update(Satisfaction).where(Satisfaction.ticket_id.in_(tickets)).values(raison=None)
        )
        await self._session.execute(
            update(TicketEvent)
            .where(TicketEvent.ticket_id.in_(tickets), TicketEvent.changes.has_key("reason"))
            .values(changes=TicketEvent.changes.op("-")("reason"))
        )
        for letters in (Mail, CourrielRecu):
            await self._session.execute(delete(letters).where(letters.ticket_id.in_(tickets)))
        forgotten = await self._session.execute(
            update(Ticket)
            .where(condition)
            .values(
                nom=None,
                courriel=None,
                telephone=None,
                role=None,
                besoin=erased,
                transcript=[],
                search_text="",
                fingerprint=None,
                idempotency_key=None,
                version=Ticket.version + 1,
            )
            .returning(Ticket.id)
        )
        return len(forgotten.all())


def filtered(criteria: TicketFilter, now: datetime) -> Select[Ticket]:
    """Return the query of the tickets that fit the criteria."""
    query = _named(criteria)
    if criteria.theme is not None:
        query = query.where(Ticket.themes.contains([criteria.theme]))
    for word in fold(criteria.q or "").split():
        if any(each.isalnum() for each in word):
            query = query.where(_said(word))
    if criteria.overdue is not None:
        late = _overdue(now)
        query = query.where(late if criteria.overdue else ~late)
    if criteria.team is not None:
        common = criteria.team == COMMON_QUEUE
        query = query.where(Ticket.team.is_(None) if common else Ticket.team == criteria.team)
    return query


def _named(criteria: TicketFilter) -> Select[Ticket]:
    """Return the query of the tickets whose columns are as the criteria name them."""
    query = select(Ticket)
    for name in ("status", "route", "departement", "priority"):
        wanted = getattr(criteria, name)
        if wanted is not None:
            query = query.where(getattr(Ticket, name) == wanted)
    if criteria.assignee is not None:
        query = query.where(Ticket.assignee.in_((criteria.assignee, *criteria.instead)))
    return query


def _said(word: str) -> ColumnElement[bool]:
    """A word too short to hold a trigram is looked for where words begin, which the index knows."""
    wanted = word if len(word) >= _TRIGRAM else f" {word}"
    return Ticket.search_text.contains(wanted, autoescape=True)


async def plan_anew(session: AsyncSession) -> None:
    """Let PostgreSQL plan each query for its own values until this transaction ends.

    A word may be in every ticket or in none, an advisor may hold a thousand or none: one plan
    for all, which it keeps for a prepared statement, was measured a hundred times slower.
    """
    await session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def _overdue(now: datetime) -> ColumnElement[bool]:
    """What `api.tickets.clock.is_overdue` says, in SQL."""
    running = Ticket.status.in_(OPEN_STATUSES) & (Ticket.status != WAITING)
    unanswered = Ticket.first_reply_at.is_(None) & (Ticket.first_reply_due_at < now)
    return running & (unanswered | (Ticket.resolution_due_at < now))


def _write_cursor(ticket: Ticket) -> str:
    raw = json.dumps([ticket.created_at.isoformat(), ticket.id])
    return base64.urlsafe_b64encode(raw.encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        created_at, ticket_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(created_at), int(ticket_id)
    except (ValueError, TypeError) as error:
        raise CursorInvalid from error
