"""A question that has nothing to do with its subject: taken out of it, or given back."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import get_container
from api.jobs.repository import JobRepository
from api.lacunes.groups import said
from api.lacunes.labels import distinctive_words
from api.lacunes.models import Lacune, LacuneGroupe
from api.lacunes.pages import BOARD, GROUP, Number, find_group, group_page, texts
from api.lacunes.regroup import FORCED, REGROUP
from api.redaction.pages import editor, go

router = APIRouter(include_in_schema=False)


@router.post(f"{GROUP}/separer")
async def take_out(request: Request, groupe: Number) -> Response:
    """Make a subject of its own of a question, and of those of the same words."""
    wanted = str((await request.form()).get("question", ""))
    async with get_container(request).database.sessions.begin() as session:
        group = await find_group(session, groupe, lock=True)
        moved, left = await _same_words(session, groupe, wanted)
        if not moved or not left:
            refused = texts()["refus"]["seule" if moved else "partie"]
            return await group_page(request, session, group, error=refused)
        number = await _separate(session, moved, who=editor(request).name)
    return go(request, f"{BOARD}/{number}?fait=a_part")


@router.post(f"{GROUP}/rendre")
async def give_back(request: Request, groupe: Number) -> Response:
    """Have the questions grouped anew, to be put where they look alike.

    They keep their subject until then: what is written for it follows them.
    """
    async with get_container(request).database.sessions.begin() as session:
        await find_group(session, groupe, lock=True)
        given = await session.scalars(
            update(Lacune)
            .where(Lacune.groupe_id == groupe, Lacune.a_part_le.is_not(None))
            .values(a_part_le=None, a_part_par=None)
            .returning(Lacune.item_id)
        )
        if not given.all():
            return go(request, f"{BOARD}/{groupe}")
    async with get_container(request).database.sessions.begin() as session:
        await JobRepository(session).add_again(REGROUP, FORCED, dedupe=f"{REGROUP}:rendre")
    return go(request, f"{BOARD}?fait=rendue")


async def _same_words(
    session: AsyncSession, number: int, wanted: str
) -> tuple[list[Lacune], list[Lacune]]:
    """Return the questions of a group that say the same as one of them, and the others."""
    query = select(Lacune).where(Lacune.groupe_id == number).order_by(Lacune.rang, Lacune.item_id)
    found = (await session.scalars(query)).all()
    words = next((said(each.question) for each in found if each.item_id == wanted), None)
    same = [each for each in found if said(each.question) == words]
    return same, [each for each in found if each not in same]


async def _separate(session: AsyncSession, moved: list[Lacune], *, who: str) -> int:
    """Put questions in a new group that no grouping joins to another; return its number."""
    (words,) = distinctive_words([[each.question for each in moved]])
    group = LacuneGroupe(termes=words)
    session.add(group)
    await session.flush()
    await session.execute(
        update(Lacune)
        .where(Lacune.item_id.in_([each.item_id for each in moved]))
        .values(groupe_id=group.id, a_part_le=func.now(), a_part_par=who)
    )
    return group.id
