"""Tickets that belong together: those merged into another, those that are linked.

A merge moves nothing: what belongs to a ticket is read with what belongs to those merged into it,
so that undoing a merge loses nothing.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.tickets.models import Ticket, TicketLink


def family(ticket_id: int) -> Select[Any]:
    """Return the query of the ids of a ticket and of those merged into it."""
    reference = select(Ticket.reference).where(Ticket.id == ticket_id).scalar_subquery()
    return select(Ticket.id).where(or_(Ticket.id == ticket_id, Ticket.merged_into == reference))


class FamilyRepository:
    """Reads and writes what ties tickets together, through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def merged(self, ticket: Ticket) -> Sequence[Ticket]:
        """Return the tickets merged into this one, oldest first."""
        query = select(Ticket).where(Ticket.merged_into == ticket.reference).order_by(Ticket.id)
        return (await self._session.scalars(query)).all()

    async def of_same_person(
        self, ticket: Ticket, *, among: ColumnElement[bool], limit: int
    ) -> Sequence[Ticket]:
        """Return the other tickets of the same élu that still stand alone, the newest first."""
        same = [
            getattr(Ticket, name) == value
            for name in ("conversation_id", "courriel", "telephone")
            if (value := getattr(ticket, name))
        ]
        if not same:
            return []
        query = (
            select(Ticket)
            .where(or_(*same), Ticket.id != ticket.id, Ticket.merged_into.is_(None), among)
            .order_by(Ticket.id.desc())
            .limit(limit)
        )
        return (await self._session.scalars(query)).all()

    async def linked(self, ticket: Ticket) -> Sequence[Ticket]:
        """Return the tickets linked to this one, the newest first."""
        query = select(Ticket).join(
            TicketLink,
            or_(
                and_(TicketLink.low_id == ticket.id, TicketLink.high_id == Ticket.id),
                and_(TicketLink.high_id == ticket.id, TicketLink.low_id == Ticket.id),
            ),
        )
        return (await self._session.scalars(query.order_by(Ticket.id.desc()))).all()

    async def link(self, one: Ticket, other: Ticket, *, par: str) -> bool:
        """Link two tickets; False when they already were."""
        low, high = sorted((one.id, other.id))
        statement = insert(TicketLink).values(low_id=low, high_id=high, par=par)
        made = await self._session.execute(
            statement.on_conflict_do_nothing().returning(TicketLink.low_id)
        )
        return made.first() is not None

    async def unlink(self, one: Ticket, other: Ticket) -> bool:
        """Take a link away; False when there was none."""
        low, high = sorted((one.id, other.id))
        gone = await self._session.execute(
            delete(TicketLink)
            .where(TicketLink.low_id == low, TicketLink.high_id == high)
            .returning(TicketLink.low_id)
        )
        return gone.first() is not None


def same_person(one: Ticket, other: Ticket) -> bool:
    """Tell whether two tickets are of the same élu: a conversation or a contact in common."""
    return any(
        getattr(one, name) and getattr(one, name) == getattr(other, name)
        for name in ("conversation_id", "courriel", "telephone")
    )
