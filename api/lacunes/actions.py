"""What staff do about a group of questions; each act leads back to the page and says so."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import get_container
from api.jobs.repository import JobRepository
from api.lacunes.board import BoardRepository
from api.lacunes.forms import FormRefused, Typed, read_state, read_typed, to_examples
from api.lacunes.pages import BOARD, GROUP, Number, find_group, group_page, texts
from api.lacunes.regroup import REGROUP
from api.lacunes.reposees import Compte, ReposeesRepository
from api.lacunes.reposer import Later, ask_or_plan
from api.redaction.pages import editor, go

router = APIRouter(include_in_schema=False)


@router.post(f"{BOARD}/regrouper")
async def regroup_now(request: Request) -> Response:
    """Have the conversations read and grouped now, unless that is being done."""
    services = get_container(request)
    async with services.database.sessions.begin() as session:
        added = await JobRepository(session).add_unless_held(REGROUP, {}, dedupe=REGROUP)
    return go(request, f"{BOARD}?fait={'lance' if added else 'deja'}")


@router.post(f"{GROUP}/etat")
async def change_state(request: Request, groupe: Number) -> Response:
    """Take charge of a group, close it, say it is out of scope, or open it again."""
    services = get_container(request)
    async with services.database.sessions.begin() as session:
        group = await find_group(session, groupe, lock=True)
        try:
            wanted, reason = await read_state(request)
            if wanted == "close" and reason is None:
                await _check_opinions(session, groupe)
        except FormRefused as refused:
            return await group_page(request, session, group, error=texts()["refus"][refused.key])
        who = editor(request).name
        await BoardRepository(session).change(
            groupe, etat=wanted, etat_par=who, etat_raison=reason, etat_le=func.now()
        )
    return go(request, f"{BOARD}/{groupe}?fait={wanted}")


async def _check_opinions(session: AsyncSession, number: int) -> None:
    """Only opinions that nobody withdrew: whoever closes says why. Raises FormRefused."""
    compte = await ReposeesRepository(session).compte(number)
    if not compte.questions and not compte.comble:
        raise FormRefused("raison")


@router.post(f"{GROUP}/reposer")
async def ask_again(request: Request, groupe: Number) -> Response:
    """Ask the questions again; when every one is answered, the group closes."""
    services = get_container(request)
    async with services.database.sessions() as session:
        await find_group(session, groupe)
    compte = await ask_or_plan(services, groupe, who=editor(request).name)
    done = "comblee" if isinstance(compte, Compte) and compte.comble else "reposees"
    if isinstance(compte, Later):
        done = compte.value
    return go(request, f"{BOARD}/{groupe}?fait={done}")


@router.post(f"{GROUP}/phrases")
async def add_sentences(request: Request, groupe: Number) -> Response:
    """Keep sentences for the training file of an intent."""
    typed = await read_typed(request)
    try:
        examples = to_examples(typed)
    except FormRefused as refused:
        return await _again(request, groupe, typed, refused.key)
    async with get_container(request).database.sessions.begin() as session:
        await find_group(session, groupe)
        await BoardRepository(session).learn(
            [each.text for each in examples], intent=typed.intention, who=editor(request).name
        )
    return go(request, f"{BOARD}/{groupe}?fait=phrases")


async def _again(request: Request, number: int, typed: Typed, key: str) -> Response:
    """Show the page with what was typed and the sentence of the refusal."""
    async with get_container(request).database.sessions() as session:
        group = await find_group(session, number)
        error = texts()["refus"][key]
        return await group_page(request, session, group, error=error, typed=typed)
