"""Connections that die are replaced unseen; a request is written in few statements."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from api.database import Database, connect
from api.tickets.service import KeyReused, TicketService
from assistant.ports import Demande

DEMANDE = Demande(besoin="Comment relancer notre conseil citoyen ?", courriel="elu@exemple.fr")
BACKEND = text("SELECT pg_backend_pid()")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def said(database: Database) -> list[str]:
    """What is said to PostgreSQL from now on."""
    statements: list[str] = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def hear(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(" ".join(statement.split()))

    return statements


async def backend(database: Database) -> int:
    async with database.sessions.begin() as session:
        return int((await session.execute(BACKEND)).scalar_one())


async def test_a_connection_that_its_server_ended_is_replaced_unseen(database: Database) -> None:
    first = await backend(database)
    assert await backend(database) == first
    with psycopg.connect(database.url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (first,))
    await asyncio.sleep(0.2)  # the time for the end to arrive
    assert await backend(database) != first


async def test_a_connection_that_was_closed_here_is_replaced_unseen(database: Database) -> None:
    """As psycopg closes it, when a cancellation is interrupted by another."""
    async with database.sessions.begin() as session:
        raw = await (await session.connection()).get_raw_connection()
        kept = raw.driver_connection
    assert kept is not None
    kept.pgconn.finish()
    assert await backend(database)


async def test_a_connection_just_used_is_not_asked_whether_it_lives(
    database: Database, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await backend(database)
    asked: list[Any] = []
    dialect = database.engine.sync_engine.dialect
    ping = dialect.do_ping

    def noted(connection: Any) -> bool:
        asked.append(connection)
        return ping(connection)

    monkeypatch.setattr(dialect, "do_ping", noted)
    await backend(database)
    assert asked == []
    assert len(said) == 2


async def test_one_statement_alone_is_kept_without_a_transaction(database: Database) -> None:
    async with database.alone() as session:
        await session.execute(text("CREATE TABLE essai AS SELECT 1 AS un"))
    with psycopg.connect(database.url) as other:
        assert other.execute("SELECT un FROM essai").fetchall() == [(1,)]


async def test_a_request_and_all_that_it_sets_off_are_four_statements(
    database: Database, said: list[str]
) -> None:
    """The ticket, its history, each partner's delivery with its job, the reminder."""
    with psycopg.connect(database.url, autocommit=True) as admin:
        admin.execute(
            "INSERT INTO webhook (id, url, secret, events, created_by)"
            " SELECT n, 'https://exemple.fr', 'x', '{ticket.created}', 'essai'"
            " FROM unnest('{a,b,c}'::text[]) AS n"
        )
    async with database.sessions.begin() as session:
        ticket = await TicketService(session).create(DEMANDE, idempotency_key="cle")
    assert len(said) == 4
    with psycopg.connect(database.url) as other:
        deliveries = other.execute(
            "SELECT webhook_id, event, status, attempts, tries, next_attempt_at IS NOT NULL,"
            " payload->'data'->'ticket'->>'reference' FROM webhook_delivery ORDER BY webhook_id"
        ).fetchall()
        waiting = other.execute(
            "SELECT kind, dedupe = kind || ':' || (payload->>'delivery') FROM job"
            " WHERE kind = 'webhook.deliver'"
        ).fetchall()
        (event_of,) = other.execute("SELECT kind, changes FROM ticket_event").fetchall()
        (reminders,) = other.execute(
            "SELECT count(*) FROM job WHERE kind = 'ticket.remind'"
        ).fetchall()
    same: tuple[Any, ...] = ("ticket.created", "en_attente", [], 0, True, ticket.reference)
    assert deliveries == [(each, *same) for each in ("a", "b", "c")]
    assert waiting == [("webhook.deliver", True)] * 3
    assert event_of[0] == "created"
    assert event_of[1].get("team", [None, None]) == [None, ticket.team]
    assert reminders == (1,)


async def test_the_same_key_sent_at_once_makes_one_request(database: Database) -> None:
    async def send() -> str:
        async with database.sessions.begin() as session:
            made = await TicketService(session).create(DEMANDE, idempotency_key="double")
            await asyncio.sleep(0.05)  # the others come meanwhile
            return made.reference

    assert len(set(await asyncio.gather(*(send() for _ in range(8))))) == 1
    with psycopg.connect(database.url) as other:
        assert other.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
        assert other.execute("SELECT count(*) FROM ticket_event").fetchone() == (1,)
    async with database.sessions.begin() as session:
        with pytest.raises(KeyReused):
            await TicketService(session).create(
                Demande(besoin="Autre chose", courriel="elu@exemple.fr"), idempotency_key="double"
            )


async def test_a_reference_already_given_is_not_given_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["OR-2026-AAAAAA", "OR-2026-AAAAAA", "OR-2026-BBBBBB"])
    monkeypatch.setattr("api.tickets.service.new_reference", lambda today: next(drawn))
    for expected in ("OR-2026-AAAAAA", "OR-2026-BBBBBB"):
        async with database.sessions.begin() as session:
            assert (await TicketService(session).create(DEMANDE)).reference == expected
