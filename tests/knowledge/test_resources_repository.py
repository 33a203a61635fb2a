"""Resources on a real PostgreSQL: written once, read whole, never shown before their time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from knowledge.resources import repository
from knowledge.resources.errors import ResourceModifiedError, ResourceNotFoundError
from knowledge.resources.lint import ContentFile
from knowledge.resources.resource import Resource, ResourceState, Source
from knowledge.resources.service import ImportReport, import_content
from knowledge.resources.snapshot import to_snapshot
from knowledge.territoires.territoire import TerritoireType
from tests.knowledge.resources_examples import CONTENT_DAY, cafe, cafe_file

Sessions = async_sessionmaker[AsyncSession]
CAFE = "experience-montaud-cafe-citoyen"
SHORTER = ("Une équipe\nde bénévoles", "Des bénévoles")


def _is_known(_type: TerritoireType, code: str) -> bool:
    return code == "34164"


async def _import(sessions: Sessions, *files: ContentFile, overwrite: bool = False) -> ImportReport:
    async with sessions.begin() as session:
        return await import_content(
            session, files, is_known=_is_known, today=CONTENT_DAY, overwrite=overwrite
        )


async def _get(sessions: Sessions, resource_id: str = CAFE) -> Resource:
    async with sessions() as session:
        found = await repository.get(session, resource_id)
    assert found is not None
    return found


async def _edit(sessions: Sessions, **changes: Any) -> None:
    present = await _get(sessions)
    async with sessions.begin() as session:
        await repository.change(
            session, replace(present, **changes), expected_version=present.version
        )


async def test_a_resource_is_read_as_it_was_written(sessions: Sessions) -> None:
    written = cafe(
        territoires=("commune:34164", "epci:243400470"),
        sources=(
            Source(name="Commune de Montaud", url="https://www.montaud.fr/cafe"),
            Source(name="Presse", url="https://www.midilibre.fr/x", published_on=CONTENT_DAY),
        ),
    )
    async with sessions.begin() as session:
        await repository.insert_many(session, [written, cafe(id="experience-autre")])
    read = await _get(sessions)
    assert read.created_at is not None
    assert read.published_at is not None
    assert replace(read, created_at=None, updated_at=None, published_at=None) == written


@pytest.mark.parametrize(
    ("changes", "visible"),
    [
        ({}, True),
        ({"state": ResourceState.BROUILLON}, False),
        ({"state": ResourceState.A_RELIRE}, False),
        ({"state": ResourceState.ARCHIVE}, False),
        ({"expires_on": CONTENT_DAY}, True),
        ({"expires_on": CONTENT_DAY - timedelta(days=1)}, False),
        ({"expires_on": CONTENT_DAY + timedelta(days=1)}, True),
    ],
)
async def test_only_published_and_unexpired_resources_are_visible(
    sessions: Sessions, changes: dict[str, Any], visible: bool
) -> None:
    async with sessions.begin() as session:
        await repository.insert_many(session, [cafe(**changes)])
        found = await repository.list_visible(session, today=CONTENT_DAY)
    assert [each.id for each in found] == ([CAFE] if visible else [])


async def test_the_next_expiry_ignores_what_is_already_hidden(sessions: Sessions) -> None:
    days = {"a": CONTENT_DAY - timedelta(days=9), "b": CONTENT_DAY + timedelta(days=3), "c": None}
    async with sessions.begin() as session:
        await repository.insert_many(
            session, [cafe(id=id_, expires_on=day) for id_, day in days.items()]
        )
        assert await repository.next_expiry(session, today=CONTENT_DAY) == date(2026, 11, 26)


async def test_two_edits_of_one_version_have_one_winner(sessions: Sessions) -> None:
    await _import(sessions, cafe_file())
    read = await _get(sessions)
    async with sessions.begin() as session:
        first = replace(read, title="Montaud : le café citoyen")
        assert await repository.change(session, first, expected_version=1) == 2
    with pytest.raises(ResourceModifiedError) as refused:
        async with sessions.begin() as session:
            await repository.change(session, read, expected_version=1)
    assert refused.value.actual == 2
    assert (await _get(sessions)).title == "Montaud : le café citoyen"


async def test_changing_an_unknown_resource_is_refused(sessions: Sessions) -> None:
    with pytest.raises(ResourceNotFoundError):
        async with sessions.begin() as session:
            await repository.change(session, cafe(id="experience-nulle"), expected_version=1)


async def test_importing_twice_writes_once(sessions: Sessions) -> None:
    assert (await _import(sessions, cafe_file())).created == (CAFE,)
    second = await _import(sessions, cafe_file())
    assert second == ImportReport(unchanged=(CAFE,))
    assert (await _get(sessions)).version == 1


async def test_a_changed_file_updates_the_resource(sessions: Sessions) -> None:
    await _import(sessions, cafe_file())
    assert (await _import(sessions, cafe_file(SHORTER))).updated == (CAFE,)
    changed = await _get(sessions)
    assert "Des bénévoles" in changed.body
    assert changed.version == 2


async def test_what_staff_wrote_is_not_overwritten(sessions: Sessions) -> None:
    await _import(sessions, cafe_file())
    await _edit(sessions, title="Montaud : le café des habitants")
    assert (await _import(sessions, cafe_file())).unchanged == (CAFE,)
    assert (await _import(sessions, cafe_file(SHORTER))).kept == (CAFE,)
    assert (await _get(sessions)).title == "Montaud : le café des habitants"
    assert (await _import(sessions, cafe_file(SHORTER), overwrite=True)).updated == (CAFE,)
    assert (await _get(sessions)).title.endswith("ouvert par la commune et des habitants")


@pytest.mark.parametrize(
    "columns",
    [{"revision": to_snapshot(cafe())}, {"deleted_at": datetime(2026, 11, 1, tzinfo=UTC)}],
)
async def test_what_staff_revise_or_delete_is_not_overwritten(
    sessions: Sessions, columns: dict[str, Any]
) -> None:
    await _import(sessions, cafe_file())
    async with sessions.begin() as session:
        present = await repository.get(session, CAFE)
        assert present is not None
        await repository.change(session, present, expected_version=1, columns=columns)
    assert (await _import(sessions, cafe_file())).unchanged == (CAFE,)
    assert (await _import(sessions, cafe_file(SHORTER))).kept == (CAFE,)
    assert "Une équipe" in (await _get(sessions)).body


async def test_archiving_by_hand_survives_the_next_import(sessions: Sessions) -> None:
    await _import(sessions, cafe_file())
    await _edit(sessions, state=ResourceState.ARCHIVE)
    await _import(sessions, cafe_file())
    assert (await _get(sessions)).state is ResourceState.ARCHIVE


async def test_a_refused_file_does_not_stop_the_others(sessions: Sessions) -> None:
    wrong = cafe_file(("annee: 2024", "annee: hier"), name="experience-fausse")
    report = await _import(sessions, wrong, cafe_file())
    assert report.created == (CAFE,)
    assert report.refused == ("experience-fausse.md",)


async def test_a_file_that_disappears_leaves_its_resource(sessions: Sessions) -> None:
    await _import(sessions, cafe_file())
    assert (await _import(sessions)).absent == (CAFE,)
    assert (await _get(sessions)).state is ResourceState.PUBLIE


async def test_an_import_is_all_or_nothing(sessions: Sessions) -> None:
    async with sessions() as session:
        await import_content(session, [cafe_file()], is_known=_is_known, today=CONTENT_DAY)
        await session.rollback()
        assert await repository.get(session, CAFE) is None


async def test_listeners_hear_of_a_change_once_it_is_committed(
    sessions: Sessions, database_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as listener:
        await listener.execute(f"LISTEN {repository.CHANGED_CHANNEL}")
        async with sessions.begin() as session:
            await repository.insert_many(session, [cafe()])
            assert [n async for n in listener.notifies(timeout=0.05)] == []
        heard = [n.channel async for n in listener.notifies(timeout=5, stop_after=1)]
    assert heard == [repository.CHANGED_CHANNEL]
