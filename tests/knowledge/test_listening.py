"""What hears a channel of PostgreSQL never stays deaf, whatever broke."""

import asyncio
from contextlib import suppress

import psycopg
import pytest

from knowledge.listening import keep_listening

CHANNEL = "essai"


async def _say(url: str, word: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, word))


@pytest.mark.parametrize("broken", [ValueError, KeyError, psycopg.OperationalError, OSError])
async def test_an_error_of_who_follows_does_not_end_it(
    database_url: str, broken: type[Exception]
) -> None:
    begun, heard = asyncio.Event(), asyncio.Queue[str]()
    tries = 0

    async def follow(connection: psycopg.AsyncConnection[object]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise broken
        begun.set()
        async for notification in connection.notifies():
            heard.put_nowait(notification.payload)

    task = asyncio.create_task(keep_listening(database_url, CHANNEL, follow, first_pause=0.01))
    async with asyncio.timeout(10):
        await begun.wait()
        await _say(database_url, "publiée")
        assert await heard.get() == "publiée"
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_server_that_does_not_answer_is_tried_less_and_less_often(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def follow(_: psycopg.AsyncConnection[object]) -> None:
        raise AssertionError

    nowhere = "host=127.0.0.1 port=1 connect_timeout=2"
    with suppress(TimeoutError):
        async with asyncio.timeout(1.2):
            await keep_listening(nowhere, CHANNEL, follow, first_pause=0.1)
    tried = [each for each in caplog.records if each.name == "knowledge.listening"]
    assert 2 <= len(tried) <= 4  # at 0, 0.1, 0.3, 0.7 s
    assert {vars(each)["error"] for each in tried} == {"OperationalError"}
