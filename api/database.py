"""Connections: one engine for the web requests, one for the actions that run inside a turn."""

import select
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

SessionFactory = async_sessionmaker[AsyncSession]

_USED_AT = "used_at"
_IDLE_SECONDS = 30.0


@dataclass(slots=True)
class Database:
    """The engines and session factories of one process.

    A turn holds a connection while Rasa calls our actions back: were both drawn from one pool,
    turns could take it all and wait for ever for their own actions.

    `alone` draws from the same pool as `sessions`, for one statement that is a whole by itself:
    without a transaction around it, it is one round trip instead of three.
    """

    url: str
    engine: AsyncEngine
    actions_engine: AsyncEngine
    sessions: SessionFactory
    alone: SessionFactory
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
    engine = create_async_engine(address, pool_size=pool_size, max_overflow=16, pool_timeout=10)
    actions = create_async_engine(address, pool_size=8, max_overflow=8)
    for each in (engine, actions):
        _check_connections(each.sync_engine)
    single = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Database(
        url=url,
        engine=engine,
        actions_engine=actions,
        sessions=async_sessionmaker(engine, expire_on_commit=False),
        alone=async_sessionmaker(single, expire_on_commit=False),
        actions_sessions=async_sessionmaker(actions, expire_on_commit=False),
    )


def _check_connections(engine: Engine) -> None:
    """Give no connection that its server closed, as `pool_pre_ping` does, for less.

    A server that ends, however it does, closes its socket: what was just used and has nothing to
    be read is alive, and is not asked. Anything else is asked.
    """

    @event.listens_for(engine, "checkin")
    def used(connection: Any, record: Any) -> None:
        record.info[_USED_AT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check(connection: Any, record: Any, proxy: Any) -> None:
        idle = time.monotonic() - record.info.get(_USED_AT, time.monotonic())
        try:
            if idle < _IDLE_SECONDS and not _has_news(connection):
                return
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            raise InvalidatePoolError from None


def _has_news(connection: Any) -> bool:
    """Tell whether the server said something unasked, its end among others.

    Raises:
        psycopg.OperationalError: the connection was closed on our side.
    """
    poll = select.poll()
    poll.register(connection.driver_connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))


async def lock_conversation(session: AsyncSession, conversation_id: str) -> None:
    """Wait for the conversation's turn: one at a time until this transaction ends, anywhere."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": conversation_id}
    )
