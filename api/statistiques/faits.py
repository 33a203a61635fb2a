"""The requests of a period, read once for all the tables of a page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Label,
    Subquery,
    Text,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from api.statistiques.repository import PLACE, PLACES, Period, value_of, within
from api.tickets.models import Ticket

Groups = Mapping[str, Mapping[str, str]]
"""For each dimension of `PLACES`, the value of each place such as `commune:32013`."""
Rows = Sequence[Sequence[Any]]


class Faits:
    """What is counted of each request of a period, under the names of `columns`.

    `done` tells when those that are done came to be so.
    """

    def __init__(
        self,
        period: Period,
        columns: Sequence[Label[Any]],
        groups: Groups,
        *,
        done: Subquery | None = None,
    ) -> None:
        self._period = period
        self._columns = columns
        self._groups = groups
        self._done = done

    async def tables(
        self,
        session: AsyncSession,
        dimensions: Sequence[str],
        figures: Callable[[CTE], Sequence[ColumnElement[Any]]],
    ) -> tuple[Sequence[Any], dict[str, Rows]]:
        """Return the figures of the whole, and those of each value of each dimension.

        A line is its dimension, its value, then the figures.
        """
        read = self._read(dimensions)
        told = figures(read)
        whole = select(literal("").label("dimension"), cast(null(), Text).label("value"), *told)
        parts = [
            select(literal(each), _value(read, each).label("value"), *told).group_by("value")
            for each in dimensions
        ]
        rows = (await session.execute(union_all(whole, *parts))).all()
        lines: dict[str, Rows] = {
            each: [row for row in rows if row[0] == each] for each in dimensions
        }
        return next(row for row in rows if not row[0]), lines

    def _read(self, dimensions: Sequence[str]) -> CTE:
        places = self._places()
        values = [
            (places.c[each] if each in PLACES else value_of(each)).label(each)
            for each in dimensions
            if each != "themes"
        ]
        query = select(*self._columns, *values, Ticket.themes).select_from(Ticket)
        query = query.outerjoin(places, places.c.cle == PLACE)
        if self._done is not None:
            query = query.outerjoin(self._done, self._done.c.ticket_id == Ticket.id)
        return query.where(within(self._period)).cte("faits")

    def _places(self) -> FromClause:
        keys = list(dict.fromkeys(key for each in self._groups.values() for key in each))
        known = {each: self._groups.get(each, {}) for each in PLACES}
        columns = [keys, *([each.get(key) for key in keys] for each in known.values())]
        arrays = [cast(each, ARRAY(Text)) for each in columns]
        return func.unnest(*arrays).table_valued("cle", *known).render_derived(name="lieux")


def _value(read: CTE, dimension: str) -> ColumnElement[Any]:
    if dimension == "themes":
        return func.unnest(read.c.themes)
    return cast(read.c[dimension], Text)
