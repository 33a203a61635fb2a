"""SQL of the figures of the requests, and nothing else: counts and delays, no word, no name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import Conversation
from api.statistiques.figures import Ensemble, Ligne
from api.tickets.models import Ticket
from assistant.business_days import CELLULE

DAY = 86_400.0
_BOUNDS = ((1, "un_jour"), (3, "trois_jours"), (7, "une_semaine"), (14, "deux_semaines"))
DELAYS = (*(name for _, name in _BOUNDS), "plus", "sans_reponse")
DIMENSIONS = ("mois", "themes", "routes", "departements", "delais")


@dataclass(frozen=True, slots=True)
class Period:
    """When the requests were sent, `until` excluded."""

    since: datetime
    until: datetime


class FiguresRepository:
    """Counts through one session; a request merged into another counts once."""

    def __init__(self, session: AsyncSession, period: Period) -> None:
        self._session = session
        self._period = period

    async def whole(self, now: datetime) -> Ensemble:
        """Return the figures of the whole period."""
        late = or_(
            Ticket.first_reply_at > Ticket.first_reply_due_at,
            and_(Ticket.first_reply_at.is_(None), Ticket.first_reply_due_at < now),
        )
        query = select(
            func.count(), func.count(Ticket.first_reply_at), func.count().filter(late), _median()
        ).where(self._within())
        row = (await self._session.execute(query)).one()
        return Ensemble(row[0], row[1], row[2], _days(row[3]))

    async def by(self, dimension: str) -> Sequence[Ligne]:
        """Return the figures of each value of a dimension, the most frequent first.

        Months and delays come in their own order. A request counts in each of its themes.
        """
        value = _value(dimension)
        query = (
            select(value.label("value"), func.count(), func.count(Ticket.first_reply_at), _median())
            .where(self._within())
            .group_by("value")
        )
        rows = (await self._session.execute(query)).all()
        lines = [Ligne(row[0], row[1], row[2], _days(row[3])) for row in rows]
        if dimension == "mois":
            return sorted(lines, key=lambda each: each.nom or "")
        if dimension == "delais":
            return sorted(lines, key=lambda each: DELAYS.index(each.nom or DELAYS[-1]))
        return sorted(lines, key=lambda each: (-each.demandes, each.nom or "\uffff"))

    async def conversations(self) -> int:
        """Return how many conversations were opened and are still kept."""
        opened = Conversation.created_at
        query = select(func.count()).where(
            opened >= self._period.since, opened < self._period.until
        )
        return await self._session.scalar(query) or 0

    def _within(self) -> ColumnElement[bool]:
        return and_(
            Ticket.created_at >= self._period.since,
            Ticket.created_at < self._period.until,
            Ticket.merged_into.is_(None),
        )


def _elapsed() -> ColumnElement[Any]:
    """Seconds to the first answer: none for a request split off with an answer older than it."""
    waited = func.extract("epoch", Ticket.first_reply_at - Ticket.created_at)
    return case((Ticket.first_reply_at < Ticket.created_at, 0), else_=waited)


def _median() -> ColumnElement[Any]:
    return func.percentile_cont(0.5).within_group(_elapsed())


def _value(dimension: str) -> ColumnElement[Any]:
    match dimension:
        case "mois":
            local = func.timezone(CELLULE.zone.key, Ticket.created_at)
            return func.to_char(local, "YYYY-MM")
        case "themes":
            return func.unnest(Ticket.themes)
        case "routes":
            return Ticket.route.expression
        case "departements":
            return Ticket.departement.expression
        case _:
            steps = [(_elapsed() <= days * DAY, name) for days, name in _BOUNDS]
            return case((Ticket.first_reply_at.is_(None), "sans_reponse"), *steps, else_="plus")


def _days(seconds: Any) -> float | None:
    return None if seconds is None else round(float(seconds) / DAY, 1)
