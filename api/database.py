"""Connections: one engine for the web requests, one for the actions that run inside a turn."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

SessionFactory = async_sessionmaker[AsyncSession]


@dataclass(slots=True)
class Database:
    """The engines and session factories of one process.

    A turn holds a connection while Rasa calls our actions back: were both drawn from one pool,
    turns could take it all and wait for ever for their own actions.
    """

    url: str
    engine: AsyncEngine
    actions_engine: AsyncEngine
    sessions: SessionFactory
    actions_sessions: SessionFactory

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        await self.actions_engine.dispose()

    async def is_ready(self) -> bool:
        """Tell whether the database answers."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception:  # whatever is wrong, it is not ready
            return False
        return True


def sqlalchemy_url(url: str) -> str:
    """Return the URL with the psycopg 3 driver."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def psycopg_url(url: str) -> str:
    """Return the URL as libpq understands it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def connect(url: str, *, pool_size: int = 16) -> Database:
    """Create the engines (no connection is opened yet)."""
    address = sqlalchemy_url(url)
    engine = create_async_engine(
        address, pool_size=pool_size, max_overflow=16, pool_pre_ping=True, pool_timeout=10
    )
    actions = create_async_engine(address, pool_size=8, max_overflow=8, pool_pre_ping=True)
    return Database(
        url=url,
        engine=engine,
        actions_engine=actions,
        sessions=async_sessionmaker(engine, expire_on_commit=False),
        actions_sessions=async_sessionmaker(actions, expire_on_commit=False),
    )


async def lock_conversation(session: AsyncSession, conversation_id: str) -> None:
    """Wait for the conversation's turn: one at a time until this transaction ends, anywhere."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": conversation_id}
    )
