"""A migrated database and its sessions, for what stores resources."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The connection pool of a database of this test alone."""
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_async_engine(url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(database: AsyncEngine) -> Sessions:
    """Opens sessions on the database of this test."""
    return async_sessionmaker(database, expire_on_commit=False)
