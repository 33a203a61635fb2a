"""Asks the questions of a subject again, closes it when every one is answered, says what is left.

A subject of few questions is asked at once; one of many by a job, in the service: the search is
there. Whatever publishes a resource leaves such a job, for its moment, with the publication itself.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.jobs.repository import JobRepository
from api.lacunes.again import find_answers
from api.lacunes.board import OPEN_STATES, BoardRepository
from api.lacunes.fiches import FicheRepository
from api.lacunes.models import LacuneGroupe
from api.lacunes.reposees import Compte, ReposeesRepository
from knowledge.resources.models import ResourceRow

ASK = "lacunes.reposer"
AT_ONCE = 100
"""How many questions are asked while someone waits."""
_BATCH = 25
_INDEX_LATE = timedelta(seconds=5)
# After whoever publishes, who asks at once: the job only matters if that process dies.
_NET = timedelta(seconds=20)


class Later(StrEnum):
    """Why the questions of a subject are not asked at once: a job will, or is at it."""

    PLANNED = "reposer"
    UNDERWAY = "deja_reposees"


async def ask_subject(
    services: Container, number: int, *, who: str, by_job: bool = False
) -> Compte | None:
    """Ask every question of a subject; return how it stands, None when it is no more.

    What was asked is kept as it goes: a job says since when it asks, and resumes from there.
    """
    since = await _begin(services, number, by_job=by_job)
    if since is None:
        return None
    while True:
        async with services.database.sessions() as session:
            asked = await ReposeesRepository(session).to_ask(number, since=since, limit=_BATCH)
        if not asked:
            break
        answers = await asyncio.to_thread(find_answers, services, asked)
        async with services.database.sessions.begin() as session:
            await ReposeesRepository(session).keep(answers)
    return await _conclude(services, number, who, by_job=by_job)


async def _begin(services: Container, number: int, *, by_job: bool) -> datetime | None:
    async with services.database.sessions.begin() as session:
        group = await BoardRepository(session).group(number, lock=by_job)
        repository = ReposeesRepository(session)
        if group is None:
            return None
        if not by_job:
            return await repository.now()
        if group.reposer_depuis is None:
            await repository.begin(number)
            await session.refresh(group)
        return group.reposer_depuis


async def _conclude(services: Container, number: int, who: str, *, by_job: bool) -> Compte | None:
    async with services.database.sessions.begin() as session:
        group = await BoardRepository(session).group(number, lock=True)
        if group is None:
            return None
        repository = ReposeesRepository(session)
        compte = await repository.compte(number)
        await repository.conclude(number, compte, **_state(group, compte, who))
        if by_job:
            await repository.end(number)
    return compte


def _state(group: LacuneGroupe, compte: Compte, who: str) -> dict[str, Any]:
    """Return what asking changes of the state: closed when nothing is left, open when lost."""
    now = datetime.now(UTC)
    if compte.comble and group.etat in OPEN_STATES:
        return {"etat": "close", "etat_par": who, "etat_raison": None, "etat_le": now}
    answered = group.posees is not None and 0 < group.posees == group.repondues
    if group.etat == "close" and answered and compte.repondues < compte.questions:
        return {"etat": "ouverte", "etat_par": None, "etat_raison": None, "etat_le": now}
    return {}


async def ask_or_plan(services: Container, number: int, *, who: str) -> Compte | Later | None:
    """Ask a subject at once if that is quick, else leave it to a job; None when it is no more."""
    async with services.database.sessions.begin() as session:
        if await ReposeesRepository(session).count(number) > AT_ONCE:
            # Nothing else is locked here: the job that runs needs the subject.
            added = await JobRepository(session).add_unless_held(
                ASK, {"groupe": number, "par": who}, dedupe=subject_job(number)
            )
            return Later.PLANNED if added else Later.UNDERWAY
    return await ask_subject(services, number, who=who)


async def plan_subjects(
    session: AsyncSession, resource_id: str, *, who: str, at: datetime | None = None
) -> None:
    """Have the subjects of a resource asked again once élus see it; by one service.

    Which ones is read then: subjects merge, others are tied to it.
    """
    if await FicheRepository(session).subjects(resource_id):
        await JobRepository(session).add_again(
            ASK,
            {"fiche": resource_id, "par": who},
            dedupe=resource_job(resource_id),
            run_at=at or datetime.now(UTC) + _NET,
        )


async def ask_subjects(services: Container, resource_id: str, *, who: str) -> None:
    """Ask the subjects of a resource that was just published, those of few questions at once."""
    async with services.database.sessions() as session:
        if await _planned(session, resource_id):
            return
    if await _ask_all(services, resource_id, who=who):
        async with services.database.sessions.begin() as session:
            await JobRepository(session).forget(resource_job(resource_id))


async def _ask_all(services: Container, resource_id: str, *, who: str) -> bool:
    """Ask the subjects of a resource; False when one was being asked, perhaps of a former text."""
    async with services.database.sessions() as session:
        subjects: Sequence[int] = [
            each.id for each in await FicheRepository(session).subjects(resource_id)
        ]
    found = [await ask_or_plan(services, number, who=who) for number in subjects]
    return Later.UNDERWAY not in found


async def _planned(session: AsyncSession, resource_id: str) -> datetime | None:
    """Return when élus will see a text whose publication is planned, None when it is not.

    A new text whose hour has come is still to be published, by another job, while it has an hour.
    """
    row, now = ResourceRow, datetime.now(UTC)
    query = select(row.publish_at, row.revision_at).where(row.id == resource_id)
    found = (await session.execute(query.where(row.deleted_at.is_(None)))).first()
    if found is None:
        return None
    if found[0] is not None and found[0] > now:
        return found[0]
    return max(found[1], now + _INDEX_LATE) if found[1] is not None else None


def subject_job(number: int) -> str:
    """Return the name of the job that asks a subject."""
    return f"{ASK}:{number}"


def resource_job(resource_id: str) -> str:
    """Return the name of the job that asks the subjects of a resource."""
    return f"{ASK}:fiche:{resource_id}"


class AskAgain:
    """The handler of the job; it runs where the search is."""

    def __init__(self, services: Container) -> None:
        self._services = services

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Do it, or return when: a publication may have been put off, the index may be late."""
        resource_id = payload.get("fiche")
        if resource_id is not None and (later := await _planned(session, resource_id)):
            return later
        if not await self._services.index.catch_up():
            return datetime.now(UTC) + _INDEX_LATE
        who = payload["par"]
        if resource_id is None:
            await ask_subject(self._services, payload["groupe"], who=who, by_job=True)
            return None
        done = await _ask_all(self._services, resource_id, who=who)
        return None if done else datetime.now(UTC) + _NET
