"""How long élus wait: for the first answer, for the end of their request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.statistiques.repository import Period, elapsed, grouped, rank, to_days, unanswered, within
from api.tickets.models import Ticket, TicketEvent
from api.tickets.status import DONE_STATUSES, OPEN_STATUSES, WAITING

DIMENSIONS = ("mois", "themes", "routes", "regions", "departements", "epci", "tailles")
_BY_MERGE = ("merged", "released")


@dataclass(frozen=True, slots=True)
class Delai:
    """A delay, in days: how many requests it is known of, its median, what 9 in 10 stay under.

    `jugees`: those that came to an end, or ought to have; `a_temps`: those of them that were in
    time.
    """

    connus: int
    mediane: float | None
    p90: float | None
    jugees: int
    a_temps: int

    @property
    def part(self) -> int | None:
        """The share in time, out of 100; None when nothing can be judged yet."""
        return round(100 * self.a_temps / self.jugees) if self.jugees else None


@dataclass(frozen=True, slots=True)
class LigneDelais:
    """The delays of the requests of one kind; `nom` is a code, None is « not said »."""

    nom: str | None
    demandes: int
    reponse: Delai
    resolution: Delai


class DelaysRepository:
    """Reads delays through one session; a request merged into another is left out."""

    def __init__(self, session: AsyncSession, period: Period, *, now: datetime) -> None:
        self._session = session
        self._period = period
        self._now = now

    async def whole(self) -> LigneDelais:
        """Return the delays of the whole period."""
        done = self._done()
        query = select(*self._figures(done)).outerjoin_from(
            Ticket, done, done.c.ticket_id == Ticket.id
        )
        row = (await self._session.execute(query.where(within(self._period)))).one()
        return _line(None, row)

    async def by(
        self, dimension: str, groups: Mapping[str, str] | None = None
    ) -> Sequence[LigneDelais]:
        """Return those of each value of a dimension, as `FiguresRepository.by` orders them."""
        done = self._done()
        value, sources = grouped(dimension, groups)
        query = select(value.label("value"), *self._figures(done)).select_from(Ticket)
        query = sources(query.outerjoin(done, done.c.ticket_id == Ticket.id))
        rows = (
            await self._session.execute(query.where(within(self._period)).group_by("value"))
        ).all()
        lines = [_line(row[0], row[1:]) for row in rows]
        return sorted(lines, key=lambda each: rank(dimension, each.nom, each.demandes))

    def _done(self) -> Subquery:
        """When each request that is done came to be so, for the last time.

        A merge, done or undone, gives a request a status: it answers nobody.
        """
        status = TicketEvent.changes["status"]
        return (
            select(TicketEvent.ticket_id, func.max(TicketEvent.created_at).label("at"))
            .join(Ticket, Ticket.id == TicketEvent.ticket_id)
            .where(
                within(self._period),
                Ticket.status.in_(DONE_STATUSES),
                TicketEvent.kind.not_in(_BY_MERGE),
                status[1].astext.in_(DONE_STATUSES),
                status[0].astext.not_in(DONE_STATUSES),
            )
            .group_by(TicketEvent.ticket_id)
            .subquery()
        )

    def _figures(self, done: Subquery) -> list[ColumnElement[Any]]:
        replied = Ticket.first_reply_at
        ended = done.c.at
        running = Ticket.status.in_(OPEN_STATUSES) & (Ticket.status != WAITING)
        lasted = func.extract("epoch", ended - Ticket.created_at)
        overdue = running & (Ticket.resolution_due_at < self._now)
        return [
            func.count(),
            func.count(replied),
            *_spread(elapsed()),
            func.count().filter(or_(replied.is_not(None), unanswered(self._now))),
            func.count().filter(replied <= Ticket.first_reply_due_at),
            func.count(ended),
            *_spread(lasted),
            func.count().filter(or_(ended.is_not(None), overdue)),
            func.count().filter(and_(ended.is_not(None), ended <= Ticket.resolution_due_at)),
        ]


def _spread(delay: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [func.percentile_cont(each).within_group(delay) for each in (0.5, 0.9)]


def _line(name: str | None, row: Sequence[Any]) -> LigneDelais:
    return LigneDelais(name, row[0], _delay(row[1:6]), _delay(row[6:11]))


def _delay(row: Sequence[Any]) -> Delai:
    known, median, most, judged, in_time = row
    return Delai(known, to_days(median), to_days(most), judged, in_time)
