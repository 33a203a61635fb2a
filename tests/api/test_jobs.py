"""Jobs are done once, by whoever is alive, and one that fails stops nobody."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import connect
from api.jobs.repository import JobRepository
from api.jobs.worker import Worker
from api.settings import Settings
from api.work import plan_recurring
from tests.api.receiver import wait_for


async def write(database_url: str, *jobs: dict[str, Any]) -> None:
    database = connect(database_url)
    async with database.sessions.begin() as session:
        for job in jobs:
            await JobRepository(session).add(**job)
    await database.close()


def left(database_url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute("SELECT kind, attempts, last_error FROM job").fetchall()


async def test_many_jobs_and_three_workers_do_each_once(database_url: str) -> None:
    await write(database_url, *({"kind": "count", "payload": {"n": n}} for n in range(300)))
    done: list[int] = []

    async def count(session: AsyncSession, payload: dict[str, Any]) -> None:
        done.append(payload["n"])

    workers = [Worker(database_url, {"count": count}) for _ in range(3)]
    for worker in workers:
        worker.start()
    await asyncio.to_thread(wait_for, lambda: left(database_url) == [])
    for worker in workers:
        await worker.stop()
    assert sorted(done) == list(range(300))


async def test_a_job_that_fails_is_noted_and_stops_nobody(database_url: str) -> None:
    jobs: list[dict[str, Any]] = [
        {"kind": kind, "payload": {}} for kind in ("fails", "breaks_sql", "unknown", "works")
    ]
    await write(database_url, *jobs)
    done: list[str] = []

    async def fails(session: AsyncSession, payload: dict[str, Any]) -> None:
        await session.execute(text("INSERT INTO service_secret VALUES ('essai', 'x')"))
        raise RuntimeError("mairie@exemple.fr")

    async def breaks_sql(session: AsyncSession, payload: dict[str, Any]) -> None:
        await session.execute(text("SELECT 1 / 0"))

    async def works(session: AsyncSession, payload: dict[str, Any]) -> None:
        done.append("works")

    worker = Worker(
        database_url, {"fails": fails, "breaks_sql": breaks_sql, "works": works}, slots=1
    )
    worker.start()
    await asyncio.to_thread(wait_for, lambda: bool(done) and len(left(database_url)) == 3)
    await worker.stop()
    assert sorted(left(database_url)) == [
        ("breaks_sql", 1, "DataError"),
        ("fails", 1, "RuntimeError"),
        ("unknown", 0, None),
    ]
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM service_secret").fetchone() == (0,)


async def test_a_job_that_comes_back_forgets_its_failures(database_url: str) -> None:
    await write(database_url, {"kind": "again", "payload": {}, "dedupe": "again"})
    database = connect(database_url)
    async with database.sessions.begin() as session:
        jobs = JobRepository(session)
        claimed = await jobs.claim(["again"])
        assert claimed is not None
        await jobs.fail(claimed.id, error="RuntimeError", delay=timedelta())
    assert left(database_url) == [("again", 1, "RuntimeError")]
    async with database.sessions.begin() as session:
        await JobRepository(session).postpone(claimed.id, datetime.now(UTC))
    assert left(database_url) == [("again", 0, None)]
    async with database.sessions.begin() as session:
        await JobRepository(session).fail(claimed.id, error="RuntimeError", delay=None)
    await write(database_url, {"kind": "again", "payload": {}, "dedupe": "again"})
    assert left(database_url) == [("again", 0, "RuntimeError")]
    await database.close()


async def test_a_process_starts_while_another_does_the_recurring_jobs(database_url: str) -> None:
    database = connect(database_url)
    await plan_recurring(database, Settings())
    with psycopg.connect(database_url) as other:
        other.execute("SELECT 1 FROM job FOR UPDATE")  # as many workers at work
        async with asyncio.timeout(20):
            await plan_recurring(database, Settings())
    await database.close()


async def test_a_job_waits_for_its_time_and_is_not_doubled(database_url: str) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    job = {"kind": "count", "payload": {}, "dedupe": "une-fois"}
    await write(database_url, {**job, "run_at": later}, {**job, "run_at": later})
    done: list[int] = []

    async def count(session: AsyncSession, payload: dict[str, Any]) -> None:
        done.append(1)

    worker = Worker(database_url, {"count": count})
    worker.start()
    await write(database_url, {"kind": "count", "payload": {}})
    await asyncio.to_thread(wait_for, lambda: len(left(database_url)) == 1)
    assert len(done) == 1
    await write(database_url, job)  # the same, now
    await asyncio.to_thread(wait_for, lambda: left(database_url) == [])
    await worker.stop()
    assert len(done) == 2


async def test_a_worker_finds_the_database_again(database_url: str) -> None:
    done: list[int] = []

    async def count(session: AsyncSession, payload: dict[str, Any]) -> None:
        done.append(1)

    worker = Worker(database_url, {"count": count})
    worker.start()
    await write(database_url, {"kind": "count", "payload": {}})
    await asyncio.to_thread(wait_for, lambda: len(done) == 1)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await write(database_url, {"kind": "count", "payload": {}})
    await asyncio.to_thread(wait_for, lambda: len(done) == 2)
    await worker.stop()
