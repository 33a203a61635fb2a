"""SQL of the satisfaction, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.satisfaction.models import Satisfaction
from api.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Period:
    """When the question was asked; None means no limit."""

    since: datetime | None = None
    until: datetime | None = None


class SatisfactionRepository:
    """Reads and writes satisfaction through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def ask(self, ticket_id: int, *, at: datetime) -> None:
        """Write that the question was asked; asked again, it keeps its answer."""
        asked = insert(Satisfaction).values(ticket_id=ticket_id, asked_at=at)
        await self._session.execute(asked.on_conflict_do_nothing())

    async def of_ticket(self, ticket_id: int, *, lock: bool = False) -> Satisfaction | None:
        """Return the question of a ticket and its answer, None when it was not asked.

        `lock`: another answer waits until this transaction ends.
        """
        return await self._session.get(Satisfaction, ticket_id, with_for_update=lock or None)

    async def total(self, period: Period) -> Row[Any]:
        """Return how many were asked, and how many gave each answer."""
        query = select(*_counts()).where(_within(period))
        return (await self._session.execute(query)).one()

    async def by_theme(self, period: Period) -> Sequence[Row[Any]]:
        """Return the same for each theme; a ticket counts in each of its themes."""
        themes: FromClause = func.unnest(Ticket.themes).table_valued("theme").render_derived()
        return await self._by(themes.c.theme, period, joined=themes)

    async def by_route(self, period: Period) -> Sequence[Row[Any]]:
        """Return the same for each orientation."""
        return await self._by(Ticket.route, period)

    async def _by(
        self, column: Any, period: Period, *, joined: FromClause | None = None
    ) -> Sequence[Row[Any]]:
        query = select(column.label("name"), *_counts()).select_from(Satisfaction)
        query = query.join(Ticket, Ticket.id == Satisfaction.ticket_id)
        if joined is not None:
            query = query.join(joined, onclause=Ticket.id.is_not(None))
        found = await self._session.execute(
            query.where(_within(period)).group_by(column).order_by(column)
        )
        return found.all()


def _counts() -> list[Any]:
    return [
        func.count().label("demandes"),
        *(
            func.count().filter(Satisfaction.note == note).label(note)
            for note in ("oui", "en_partie", "non")
        ),
    ]


def _within(period: Period) -> ColumnElement[bool]:
    asked = Satisfaction.asked_at
    return and_(
        asked >= period.since if period.since else asked.is_not(None),
        asked < period.until if period.until else asked.is_not(None),
    )
