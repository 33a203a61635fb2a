"""How long élus wait: for the first answer, for the end of their request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Label, Subquery, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.statistiques.faits import Faits, Groups
from api.statistiques.repository import Period, elapsed, rank, to_days, unanswered, within
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
        facts = Faits(self._period, self._facts(done), {}, done=done)
        row, _ = await facts.tables(self._session, (), _figures)
        return _line(None, row[2:])

    async def all(self, groups: Groups) -> tuple[LigneDelais, dict[str, Sequence[LigneDelais]]]:
        """Return those of the whole period, and of each value of each dimension, in order."""
        done = self._done()
        facts = Faits(self._period, self._facts(done), groups, done=done)
        whole, tables = await facts.tables(self._session, DIMENSIONS, _figures)
        lines = {
            name: sorted(
                (_line(row[1], row[2:]) for row in rows),
                key=lambda each: rank(name, each.nom, each.demandes),
            )
            for name, rows in tables.items()
        }
        return _line(None, whole[2:]), dict(lines)

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

    def _facts(self, done: Subquery) -> list[Label[Any]]:
        """Return what is counted of a request: both delays, in seconds; judged, in time."""
        replied, ended = Ticket.first_reply_at, done.c.at
        running = Ticket.status.in_(OPEN_STATUSES) & (Ticket.status != WAITING)
        overdue = running & (Ticket.resolution_due_at < self._now)
        return [
            elapsed().label("attente"),
            or_(replied.is_not(None), unanswered(self._now)).label("attente_jugee"),
            (replied <= Ticket.first_reply_due_at).label("attente_tenue"),
            func.extract("epoch", ended - Ticket.created_at).label("duree"),
            or_(ended.is_not(None), overdue).label("duree_jugee"),
            (ended <= Ticket.resolution_due_at).label("duree_tenue"),
        ]


def _figures(read: CTE) -> list[ColumnElement[Any]]:
    return [
        func.count(),
        *(
            figure
            for each in ("attente", "duree")
            for figure in (
                func.count(read.c[each]),
                *_spread(read.c[each]),
                func.count().filter(read.c[f"{each}_jugee"]),
                func.count().filter(read.c[f"{each}_tenue"]),
            )
        ),
    ]


def _spread(delay: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [func.percentile_cont(each).within_group(delay) for each in (0.5, 0.9)]


def _line(name: str | None, row: Sequence[Any]) -> LigneDelais:
    return LigneDelais(name, row[0], _delay(row[1:6]), _delay(row[6:11]))


def _delay(row: Sequence[Any]) -> Delai:
    known, median, most, judged, in_time = row
    return Delai(known, to_days(median), to_days(most), judged, in_time)
