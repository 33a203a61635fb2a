"""The table of territories, on a real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from api.postgres import start_embedded
from knowledge.territoires import repository
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.models import TerritoireRow
from tests.lieux import AUCH, CAHORS, GRAND_AUCH


@pytest.fixture(scope="module")
def base() -> TerritoireBase:
    return load_territoires()


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("territoires") / "postgres"
    server = start_embedded(directory)
    yield server.url
    server.stop()


@pytest.fixture
async def session(database_url: str) -> AsyncIterator[AsyncSession]:
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    table = TerritoireRow.__table__
    assert isinstance(table, Table)
    async with engine.begin() as connection:
        await connection.execute(text("drop table if exists territoire"))
        await connection.run_sync(table.create)
    async with AsyncSession(engine) as opened:
        yield opened
    await engine.dispose()


async def _count(session: AsyncSession) -> int:
    return (await session.execute(select(func.count()).select_from(TerritoireRow))).scalar_one()


async def test_the_whole_base_is_stored(session: AsyncSession, base: TerritoireBase) -> None:
    assert await repository.replace_all(session, base) == len(base)
    assert await _count(session) == len(base)
    auch = await repository.get(session, "commune", AUCH)
    assert auch is not None
    assert (auch.nom_plie, auch.epci, auch.codes_postaux) == ("auch", GRAND_AUCH, ["32000"])


async def test_replacing_changes_adds_and_removes(
    session: AsyncSession, base: TerritoireBase
) -> None:
    auch, cahors = base.get("commune", AUCH), base.get("commune", CAHORS)
    await repository.replace_all(session, [auch])
    await repository.replace_all(session, [replace(auch, population=22_500), cahors])
    stored = await repository.get(session, "commune", AUCH)
    assert stored is not None
    await session.refresh(stored)
    assert stored.population == 22_500
    await repository.replace_all(session, [cahors])
    assert await _count(session) == 1


async def test_a_second_import_writes_nothing(session: AsyncSession, base: TerritoireBase) -> None:
    auch = base.get("commune", AUCH)
    versions = []
    for _ in range(2):
        await repository.replace_all(session, [auch])
        await session.commit()
        versions.append((await session.execute(text("select xmin from territoire"))).scalar_one())
    assert versions[0] == versions[1]
