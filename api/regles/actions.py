"""What is done from the pages of the rules; each gesture is written in the access log."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.pages import signed_in
from api.console.session import LoginRequired
from api.dependencies import get_container
from api.droits.repository import AccesRepository
from api.redaction.pages import go, number_sent
from api.regles.pages import (
    FILE,
    HOME,
    PROPOSAL,
    VERSION,
    Essai,
    FileName,
    Number,
    VersionNumber,
    check_of,
    examine,
    file_page,
    find_proposal,
    home_page,
    proposal_page,
    refusal,
    seen_of,
    text_of,
)
from api.regles.repository import ReglesRepository
from api.regles.service import Personne, ReglesRefusees, ReglesService

router = APIRouter(include_in_schema=False)
_LONGEST = 200_000
_LONGEST_REASON = 2_000

Act = Callable[[ReglesService, Personne], Awaitable[object]]


def _who(request: Request) -> Personne:
    compte = signed_in(request)
    if compte is None:
        raise LoginRequired
    return Personne(compte.id, compte.nom)


def _service(request: Request, session: AsyncSession) -> ReglesService:
    return ReglesService(session, partial(check_of, get_container(request)))


async def _log(request: Request, session: AsyncSession, action: str, reference: str) -> None:
    await AccesRepository(session).add(
        who=f"compte:{_who(request).nom}", action=action, reference=f"REGLES {reference}"
    )


def _text(value: object, longest: int) -> str:
    """Return what a form carries, its lines ended as those of our files."""
    return str(value or "")[:longest].replace("\r\n", "\n")


@router.post(FILE)
async def propose(request: Request, fichier: FileName) -> Response:
    """Say what another text would do, then propose it."""
    form, services = await request.form(), get_container(request)
    text = _text(form.get("texte"), _LONGEST).strip("\n") + "\n"
    raison = _text(form.get("raison"), _LONGEST_REASON).strip()
    async with services.database.sessions() as session:
        current = await ReglesRepository(session).in_service()
    page = partial(file_page, request, current, fichier, text, raison=raison)
    if text == text_of(current, fichier):
        return page(error=refusal("identique"))
    essai: Essai = await asyncio.to_thread(examine, services, current, {fichier: text})
    seen = str(form.get("vu", "")) == seen_of(text, current.version)
    if essai.bloquants or form.get("geste") != "proposer" or not seen:
        return page(essai=essai)
    if not raison:
        return page(essai=essai, error=refusal("raison"))
    try:
        async with services.database.sessions.begin() as session:
            number = await _service(request, session).propose(fichier, text, raison, _who(request))
            await _log(request, session, "proposer_regles", str(number))
    except ReglesRefusees as refused:
        return page(essai=essai, error=refusal(refused.key))
    return go(request, f"{HOME}/propositions/{number}?fait=propose")


@router.post(f"{PROPOSAL}/publier")
async def publish(request: Request, proposition: Number) -> Response:
    """Have every process orient by this proposal."""
    seen = number_sent((await request.form()).get("version"))
    return await _decide(
        request,
        proposition,
        "publier",
        lambda rules, who: rules.publish(proposition, who, seen=seen),
    )


@router.post(f"{PROPOSAL}/refuser")
async def refuse(request: Request, proposition: Number) -> Response:
    """Refuse this proposal, saying why."""
    answer = _text((await request.form()).get("reponse"), _LONGEST_REASON).strip()
    return await _decide(
        request,
        proposition,
        "refuser",
        lambda rules, who: rules.refuse(proposition, who, answer=answer),
    )


@router.post(f"{PROPOSAL}/retirer")
async def withdraw(request: Request, proposition: Number) -> Response:
    """Take back one's own proposal."""
    return await _decide(
        request, proposition, "retirer", lambda rules, who: rules.withdraw(proposition, who)
    )


async def _decide(request: Request, number: int, gesture: str, act: Act) -> Response:
    sessions = get_container(request).database.sessions
    try:
        async with sessions.begin() as session:
            await find_proposal(session, number)
            await act(_service(request, session), _who(request))
            await _log(request, session, f"{gesture}_regles", str(number))
    except ReglesRefusees as refused:
        async with sessions() as session:
            found = await find_proposal(session, number)
            return await proposal_page(request, session, found, error=refusal(refused.key))
    return go(request, f"{HOME}/propositions/{number}?fait={gesture}")


@router.post(f"{VERSION}/retablir")
async def go_back(request: Request, version: VersionNumber) -> Response:
    """Orient again by a former version, or by the product's files (0)."""
    seen = number_sent((await request.form()).get("version"))
    sessions = get_container(request).database.sessions
    try:
        async with sessions.begin() as session:
            await _service(request, session).go_back(version, _who(request), seen=seen)
            await _log(request, session, "retablir_regles", f"VERSION {version}")
    except ReglesRefusees as refused:
        async with sessions() as session:
            return await home_page(request, session, error=refusal(refused.key))
    return go(request, f"{HOME}?fait=retabli")
