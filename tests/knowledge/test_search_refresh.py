"""The index follows the database: changes, deaths of the connection, days that pass."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from knowledge.resources import repository
from knowledge.resources.models import ResourceEmbeddingRow
from knowledge.resources.resource import ResourceState, french_today
from knowledge.search.engine import SearchEngine
from knowledge.search.query import SearchQuery
from knowledge.search.refresh import IndexRefresher, end_of, seconds_until
from knowledge.search.service import SearchIndexService
from nlu.encoder import UseEncoder
from tests.knowledge.resources_examples import cafe

Sessions = async_sessionmaker[AsyncSession]
CAFE = "experience-montaud-cafe-citoyen"


class CountingEncoder(UseEncoder):
    """The real encoder, which counts the texts that it embeds."""

    count = 0

    def encode(self, texts: Any) -> Any:
        self.count += len(texts)
        return super().encode(texts)


@pytest.fixture(scope="module")
def encoder() -> CountingEncoder:
    return CountingEncoder()


@asynccontextmanager
async def _following(service: SearchIndexService, url: str) -> AsyncIterator[IndexRefresher]:
    refresher = IndexRefresher(url, service.refresh, debounce=0.01, first_pause=0.05)
    task = asyncio.create_task(refresher.run())
    try:
        yield refresher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(engine: SearchEngine, size: int) -> None:
    async with asyncio.timeout(20):
        while engine.size != size:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _add(sessions: Sessions, resource_id: str, **changes: Any) -> None:
    async with sessions.begin() as session:
        await repository.insert_many(session, [cafe(id=resource_id, **changes)])


async def test_the_index_holds_only_what_is_visible(sessions: Sessions) -> None:
    yesterday = french_today() - timedelta(days=1)
    await _add(sessions, CAFE)
    await _add(sessions, "experience-brouillon", state=ResourceState.BROUILLON)
    await _add(sessions, "experience-expiree", expires_on=yesterday)
    engine = SearchEngine()
    await SearchIndexService(engine, sessions).refresh()
    found = engine.search(SearchQuery("ouvrir un café associatif"))
    assert [hit.resource.id for hit in found.hits] == [CAFE]


async def test_vectors_are_computed_once_and_kept(
    sessions: Sessions, encoder: CountingEncoder
) -> None:
    await _add(sessions, CAFE)
    await SearchIndexService(SearchEngine(), sessions, encoder=encoder).refresh()
    first, encoder.count = encoder.count, 0
    assert first == 5  # title, body and three questions
    engine = SearchEngine()
    await SearchIndexService(engine, sessions, encoder=encoder).refresh()
    assert encoder.count == 0
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(ResourceEmbeddingRow)) == 5
    assert engine.search(SearchQuery("un lieu pour se retrouver au village")).hits[0].score > 0.5


async def test_only_the_changed_text_is_embedded_again(
    sessions: Sessions, encoder: CountingEncoder
) -> None:
    await _add(sessions, CAFE)
    service = SearchIndexService(SearchEngine(), sessions, encoder=encoder)
    await service.refresh()
    encoder.count = 0
    async with sessions.begin() as session:
        changed = cafe(title="Montaud : le café des habitants")
        await repository.change(session, changed, expected_version=1)
    await service.refresh()
    assert encoder.count == 1


async def test_a_committed_change_reaches_the_index(sessions: Sessions, database_url: str) -> None:
    engine = SearchEngine()
    async with _following(SearchIndexService(engine, sessions), database_url) as refresher:
        await refresher.listening.wait()
        await _add(sessions, CAFE)
        await _until(engine, 1)
        async with sessions.begin() as session:
            hidden = cafe(state=ResourceState.ARCHIVE)
            await repository.change(session, hidden, expected_version=1)
        await _until(engine, 0)


async def test_a_withdrawn_resource_disappears_before_any_rebuild(
    sessions: Sessions, database_url: str
) -> None:
    await _add(sessions, CAFE)
    engine = SearchEngine()
    service = SearchIndexService(engine, sessions)
    await service.refresh()

    async def never() -> None:
        return None

    refresher = IndexRefresher(database_url, never, withdraw=service.withdraw)
    task = asyncio.create_task(refresher.run())
    await refresher.listening.wait()
    async with sessions.begin() as session:
        await repository.change(session, cafe(state=ResourceState.ARCHIVE), expected_version=1)
    async with asyncio.timeout(20):
        while engine.get(CAFE) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert engine.size == 1
    assert engine.search(SearchQuery("ouvrir un café associatif")).hits == ()
    task.cancel()


async def test_what_was_withdrawn_during_a_rebuild_stays_hidden(sessions: Sessions) -> None:
    await _add(sessions, CAFE)
    engine = SearchEngine()
    service = SearchIndexService(engine, sessions)
    building = asyncio.create_task(service.refresh(progress=lambda *_: service.withdraw([CAFE])))
    await building
    assert engine.size == 1
    assert engine.get(CAFE) is None
    assert engine.search(SearchQuery("ouvrir un café associatif")).hits == ()
    await service.refresh()
    assert engine.get(CAFE) is not None


async def test_a_scheduled_publication_is_hidden_until_its_hour(sessions: Sessions) -> None:
    await _add(sessions, CAFE)
    later = datetime.now(UTC) + timedelta(hours=1)
    async with sessions.begin() as session:
        await repository.change(session, cafe(), expected_version=1, columns={"publish_at": later})
    engine = SearchEngine()
    assert await SearchIndexService(engine, sessions).refresh() == later
    assert engine.size == 0


async def test_who_waits_finds_what_was_just_committed(
    sessions: Sessions, database_url: str
) -> None:
    engine = SearchEngine()
    async with _following(SearchIndexService(engine, sessions), database_url) as refresher:
        await refresher.listening.wait()
        for size, resource_id in enumerate((CAFE, "experience-montaud-autre"), start=1):
            await _add(sessions, resource_id)
            assert await refresher.catch_up()
            assert engine.size == size


async def test_who_waits_for_an_index_that_cannot_be_built_is_told_so(database_url: str) -> None:
    async def rebuild() -> None:
        raise SQLAlchemyError

    refresher = IndexRefresher(database_url, rebuild, first_pause=0.01)
    task = asyncio.create_task(refresher.run())
    assert not await refresher.catch_up(patience=0.2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_lost_connection_is_opened_again_and_nothing_is_missed(
    sessions: Sessions, database_url: str
) -> None:
    engine = SearchEngine()
    async with _following(SearchIndexService(engine, sessions), database_url) as refresher:
        await refresher.listening.wait()
        await _add(sessions, CAFE)
        await _until(engine, 1)
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as admin:
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        await _add(sessions, "experience-montaud-autre", title="Montaud : un autre lieu")
        await _until(engine, 2)


async def test_a_rebuild_that_fails_is_tried_again(database_url: str) -> None:
    tries = 0
    rebuilt = asyncio.Event()

    async def rebuild() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise SQLAlchemyError
        rebuilt.set()

    task = asyncio.create_task(IndexRefresher(database_url, rebuild, first_pause=0.01).run())
    async with asyncio.timeout(10):
        await rebuilt.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert tries == 2


async def test_a_resource_leaves_the_index_when_its_day_has_passed() -> None:
    moments = iter([end_of(date(2000, 1, 1)), None])
    rebuilt = asyncio.Event()

    async def rebuild() -> datetime | None:
        moment = next(moments)
        if moment is None:
            rebuilt.set()
        return moment

    refresher = IndexRefresher("", rebuild, debounce=0)
    refresher._changed.set()
    task = asyncio.create_task(refresher._rebuild_when_needed())
    await asyncio.wait_for(rebuilt.wait(), timeout=5)
    task.cancel()


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("2026-11-24T23:59:00", 60.0),
        ("2026-11-25T00:00:01", 0.0),
        ("2026-11-24T00:00:00", 86_400.0),
    ],
)
def test_a_day_ends_at_midnight_in_france(now: str, seconds: float) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Europe/Paris"))
    assert seconds_until(end_of(date(2026, 11, 24)), now=moment) == seconds


def test_without_expiry_there_is_nothing_to_wait_for() -> None:
    assert seconds_until(None) is None
