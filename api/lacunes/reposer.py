"""Asks the questions of a subject again, closes it when every one is answered, says what is left.

A subject of few questions is asked at once; one of many by a job, in the service: the search is
there. Whatever publishes a resource leaves such a job, for its moment, with the publication itself.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
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


async def ask_subject(
    services: Container, number: int, *, who: str, resumes: bool = False
) -> Compte | None:
    """Ask every question of a subject; return how it stands, None when it is no more.

    What was asked is kept as it goes: whoever `resumes` goes on where it was interrupted.
    """
    since = await _begin(services, number, resumes=resumes)
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
    return await _conclude(services, number, who)


async def _begin(services: Container, number: int, *, resumes: bool) -> datetime | None:
    async with services.database.sessions.begin() as session:
        group = await BoardRepository(session).group(number, lock=True)
        if group is None:
            return None
        if group.reposer_depuis is None or not resumes:
            await ReposeesRepository(session).begin(number)
            await session.refresh(group)
        return group.reposer_depuis


async def _conclude(services: Container, number: int, who: str) -> Compte | None:
    async with services.database.sessions.begin() as session:
        group = await BoardRepository(session).group(number, lock=True)
        if group is None:
            return None
        repository = ReposeesRepository(session)
        compte = await repository.compte(number)
        await repository.conclude(number, compte, **_state(group, compte, who))
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


async def ask_or_plan(services: Container, number: int, *, who: str) -> Compte | None:
    """Ask a subject at once if that is quick; else leave it to a job, and return None."""
    async with services.database.sessions.begin() as session:
        repository = ReposeesRepository(session)
        if await repository.count(number) > AT_ONCE:
            await repository.begin(number)
            payload = {"groupe": number, "par": who}
            await JobRepository(session).add(ASK, payload, dedupe=f"{ASK}:{number}")
            return None
    return await ask_subject(services, number, who=who)


async def plan_subjects(
    session: AsyncSession, resource_id: str, *, who: str, at: datetime | None = None
) -> None:
    """Have the subjects of a resource asked again once élus see it; by one service."""
    for subject in await FicheRepository(session).subjects(resource_id):
        await JobRepository(session).add(
            ASK,
            {"groupe": subject.id, "par": who, "fiche": resource_id},
            dedupe=_job(subject.id, resource_id),
            run_at=at or datetime.now(UTC) + _NET,
        )


async def ask_subjects(services: Container, resource_id: str, *, who: str) -> None:
    """Ask the subjects of a resource that was just published, those of few questions at once."""
    async with services.database.sessions() as session:
        if await _planned(session, resource_id):
            return
        subjects: Sequence[int] = [
            each.id for each in await FicheRepository(session).subjects(resource_id)
        ]
    for number in subjects:
        if await ask_or_plan(services, number, who=who) is not None:
            async with services.database.sessions.begin() as session:
                await JobRepository(session).forget(_job(number, resource_id))


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


def _job(number: int, resource_id: str) -> str:
    return f"{ASK}:{number}:{resource_id}"


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
        number, who = payload["groupe"], payload["par"]
        await ask_subject(self._services, number, who=who, resumes=resource_id is None)
        return None
