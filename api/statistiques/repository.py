"""SQL of the figures of the requests, and nothing else: counts and delays, no word, no name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.statistiques.figures import Ensemble, Ligne
from api.statistiques.lieux import SIZES
from api.tickets.models import Ticket
from api.tickets.status import WAITING
from assistant.business_days import CELLULE

DAY = 86_400.0
_BOUNDS = ((1, "un_jour"), (3, "trois_jours"), (7, "une_semaine"), (14, "deux_semaines"))
DELAYS = (*(name for _, name in _BOUNDS), "plus", "sans_reponse")
PLACES = ("regions", "epci", "tailles")
DIMENSIONS = ("mois", "themes", "routes", "regions", "departements", "epci", "tailles", "delais")


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
        query = select(
            func.count(),
            func.count(Ticket.first_reply_at),
            func.count().filter(late(now)),
            _median(),
        ).where(within(self._period))
        row = (await self._session.execute(query)).one()
        return Ensemble(row[0], row[1], row[2], to_days(row[3]))

    async def by(self, dimension: str) -> Sequence[Ligne]:
        """Return the figures of each value of a dimension, the most frequent first.

        Months and delays come in their own order. A request counts in each of its themes. Those
        of `PLACES` are known by `api.statistiques.faits` alone.
        """
        value = value_of(dimension).label("value")
        query = select(value, func.count(), func.count(Ticket.first_reply_at), _median())
        rows = (
            await self._session.execute(query.where(within(self._period)).group_by("value"))
        ).all()
        lines = [Ligne(row[0], row[1], row[2], to_days(row[3])) for row in rows]
        return sorted(lines, key=lambda each: rank(dimension, each.nom, each.demandes))

    async def places(self) -> Sequence[str]:
        """Return where the requests came from, each place once: `commune:32013`."""
        query = select(PLACE).where(within(self._period), PLACED).distinct()
        return (await self._session.scalars(query)).all()


PLACE = func.concat(Ticket.territoire["type"].astext, ":", Ticket.territoire["code"].astext)
# Where nothing was said, the column holds the `null` of JSON, which is not that of SQL.
PLACED = Ticket.territoire["code"].astext.is_not(None)


def within(period: Period) -> ColumnElement[bool]:
    """Return what tells the requests of a period, those merged into another aside."""
    return and_(
        Ticket.created_at >= period.since,
        Ticket.created_at < period.until,
        Ticket.merged_into.is_(None),
    )


def unanswered(now: datetime) -> ColumnElement[bool]:
    """Return what tells a first answer that is late and has not come, the élu's turn aside."""
    return and_(
        Ticket.first_reply_at.is_(None),
        Ticket.first_reply_due_at < now,
        Ticket.status != WAITING,
    )


def late(now: datetime) -> ColumnElement[bool]:
    """Return what tells a first answer that came late, or that is late."""
    return or_(Ticket.first_reply_at > Ticket.first_reply_due_at, unanswered(now))


def rank(dimension: str, name: str | None, count: int) -> Any:
    """Return what orders the lines of a dimension; what is not said comes last."""
    match dimension:
        case "mois":
            return name or ""
        case "delais":
            return DELAYS.index(name or DELAYS[-1])
        case "tailles":
            return SIZES.index(name) if name else len(SIZES)
        case _:
            return (-count, name or "\uffff")


def elapsed() -> ColumnElement[Any]:
    """Return the seconds to the first answer: none for a request split off after its answer."""
    waited = func.extract("epoch", Ticket.first_reply_at - Ticket.created_at)
    return case((Ticket.first_reply_at < Ticket.created_at, 0), else_=waited)


def _median() -> ColumnElement[Any]:
    return func.percentile_cont(0.5).within_group(elapsed())


def value_of(dimension: str) -> ColumnElement[Any]:
    """Return the value of a dimension, those of `PLACES` aside."""
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
            steps = [(elapsed() <= days * DAY, name) for days, name in _BOUNDS]
            return case((Ticket.first_reply_at.is_(None), "sans_reponse"), *steps, else_="plus")


def to_days(seconds: Any) -> float | None:
    """Return a number of seconds as days, to one decimal."""
    return None if seconds is None else round(float(seconds) / DAY, 1)
