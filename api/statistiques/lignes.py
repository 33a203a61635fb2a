"""The figures of all the tables of the staff, counted in one reading."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncSession

from api.statistiques.faits import Faits, Groups
from api.statistiques.figures import Ensemble, Ligne
from api.statistiques.repository import DIMENSIONS, Period, elapsed, late, rank, to_days


async def count_all(
    session: AsyncSession, period: Period, groups: Groups, *, now: datetime
) -> tuple[Ensemble, dict[str, Sequence[Ligne]]]:
    """Return the figures of the whole, and of each value of each dimension, in order."""
    facts = Faits(period, [elapsed().label("attente"), late(now).label("tard")], groups)
    whole, tables = await facts.tables(session, DIMENSIONS, _figures)
    lines: dict[str, Sequence[Ligne]] = {}
    for name, rows in tables.items():
        found = [Ligne(row[1], row[2], row[3], to_days(row[5])) for row in rows]
        lines[name] = sorted(found, key=lambda each: rank(name, each.nom, each.demandes))
    return Ensemble(whole[2], whole[3], whole[4], to_days(whole[5])), lines


def _figures(read: CTE) -> list[ColumnElement[Any]]:
    waited = read.c.attente
    return [
        func.count(),
        func.count(waited),
        func.count().filter(read.c.tard),
        func.percentile_cont(0.5).within_group(waited),
    ]
