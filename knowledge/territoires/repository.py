"""SQL of the table of territories."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.territoires.models import TerritoireRow
from knowledge.territoires.territoire import Territoire, TerritoireType
from nlu.text import fold

# PostgreSQL takes at most 65,535 parameters in a statement: 13 columns leave room.
BATCH_SIZE = 2_000
_KEY = ("type", "code")
_VALUES = tuple(c.name for c in TerritoireRow.__table__.columns if c.name not in _KEY)


async def replace_all(session: AsyncSession, territoires: Iterable[Territoire]) -> int:
    """Make the table hold exactly these territories; return how many it holds.

    A second call with the same territories writes nothing. The caller commits.
    """
    rows = [_to_values(each) for each in territoires]
    await _delete_others(session, {(row["type"], row["code"]) for row in rows})
    for start in range(0, len(rows), BATCH_SIZE):
        await _upsert(session, rows[start : start + BATCH_SIZE])
    return len(rows)


async def get(session: AsyncSession, type_: TerritoireType, code: str) -> TerritoireRow | None:
    """Return the row of this key, or None."""
    return await session.get(TerritoireRow, (type_, code))


async def _delete_others(session: AsyncSession, kept: set[tuple[str, str]]) -> None:
    key = (TerritoireRow.type, TerritoireRow.code)
    stored = (await session.execute(select(*key))).all()
    gone = [(type_, code) for type_, code in stored if (type_, code) not in kept]
    for start in range(0, len(gone), BATCH_SIZE):
        batch = gone[start : start + BATCH_SIZE]
        await session.execute(delete(TerritoireRow).where(tuple_(*key).in_(batch)))


async def _upsert(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    statement = insert(TerritoireRow).values(rows)
    changed = [
        getattr(TerritoireRow, name).is_distinct_from(statement.excluded[name]) for name in _VALUES
    ]
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=list(_KEY),
            set_={name: statement.excluded[name] for name in _VALUES},
            where=or_(*changed),
        )
    )


def _to_values(territoire: Territoire) -> dict[str, Any]:
    return {
        "type": territoire.type,
        "code": territoire.code,
        "nom": territoire.nom,
        "nom_plie": fold(territoire.nom),
        "nature": territoire.nature,
        "departement": territoire.departement,
        "region": territoire.region,
        "epci": territoire.epci,
        "ept": territoire.ept,
        "population": territoire.population,
        "codes_postaux": list(territoire.codes_postaux),
        "chef_lieu": territoire.chef_lieu,
        "alias": list(territoire.alias),
    }
