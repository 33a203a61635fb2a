"""The second factor: asked for at the door, and the page where each looks after their own."""

from typing import Any

import segno
from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from api.abonnements.models import Genre
from api.abonnements.repository import AbonnementRepository
from api.comptes.attempts import LoginLocked
from api.comptes.login import Entered
from api.comptes.models import Compte, Entry
from api.comptes.second_factor import CodeWrong, SecondFactorService
from api.comptes.totp import enrolment_uri, spelled
from api.console.login import told_wait
from api.console.pages import entry_texts, go, page
from api.console.session import (
    CODE,
    FACTOR,
    LOGIN,
    find_compte,
    find_waiting,
    keep_session,
    safe_return,
    session_token,
)
from api.dependencies import get_container, limit_address

router = APIRouter(include_in_schema=False)
_DOORS = [Depends(limit_address)]
_ISSUER = "Orientation"


def _service(request: Request) -> SecondFactorService:
    container = get_container(request)
    return SecondFactorService(container.database, container.box, now=container.clock.now)


async def _code(request: Request) -> str:
    return str((await request.form()).get("code", ""))[:80]


def _told(error: CodeWrong | LoginLocked) -> dict[str, Any]:
    """Return what to say of a code that was not taken, and the status."""
    words = entry_texts()["erreurs"]
    if isinstance(error, LoginLocked):
        return {
            "erreur": words["code_attente"].format(duree=told_wait(error.wait)),
            "status": 429,
        }
    return {"erreur": words["code"], "status": 422}


@router.get(CODE)
async def show_code(request: Request, suite: str | None = None) -> Response:
    """Ask for the code, after the password."""
    if await find_waiting(request) is None:
        there = await find_compte(request) is not None
        return go(request, safe_return(suite) if there else LOGIN)
    return page(request, "code.html", erreur="", suite=safe_return(suite))


@router.post(CODE, dependencies=_DOORS)
async def give_code(request: Request) -> Response:
    """Open the session, or say why not."""
    compte = await find_waiting(request)
    if compte is None:
        return go(request, LOGIN)
    suite = safe_return(str((await request.form()).get("suite", "")))
    token = session_token(request) or ""
    try:
        opened = await _service(request).complete(compte, await _code(request), token=token)
    except (CodeWrong, LoginLocked) as error:
        return page(request, "code.html", suite=suite, **_told(error))
    response = go(request, suite)
    keep_session(request, response, opened)
    return response


def _entered(request: Request) -> Entered:
    entered: Entered = request.state.entered
    return entered


def _mine(request: Request) -> Compte:
    return _entered(request).compte


@router.get(FACTOR)
async def show_factor(request: Request, fait: str = "") -> Response:
    """Show the second factor of who is there, and the mails that they receive."""
    return await _factor_page(request, fait=fait)


async def _factor_page(
    request: Request, *, erreur: str = "", status: int = 200, fait: str = ""
) -> Response:
    entered, settings = _entered(request), get_container(request).settings
    state = await _service(request).state(entered.compte)
    shown: dict[str, Any] = {}
    if state.secret is not None:
        account = entered.compte.courriel
        uri = enrolment_uri(state.secret, issuer=_ISSUER, account=account)
        shown = {"cle": spelled(state.secret), "adresse": uri, "dessin": _drawing(uri)}
    return page(
        request,
        "facteur.html",
        status=status,
        erreur=erreur,
        etat=state,
        nouveau=shown,
        fournisseur=entered.entry == Entry.PROVIDER,
        exige=settings.totp_required(entered.compte.role),
        propose=settings.totp != "off",
        courriels=await _weekly(request, entered.compte),
        envoie=settings.smtp_server is not None,
        fait=fait,
    )


async def _weekly(request: Request, compte: Compte) -> dict[str, bool]:
    """Return whether this account receives each weekly mail: asked for, or not refused."""
    async with get_container(request).database.sessions() as session:
        known = await AbonnementRepository(session).of(compte.id)
    return {
        genre.value: known.get(genre, genre is Genre.REMINDER)
        for genre in (Genre.DIGEST, Genre.REMINDER)
    }


def _drawing(uri: str) -> Markup:
    """Return the QR code as SVG; black on white in dark mode too, or phones do not read it."""
    drawn = segno.make(uri, error="m", micro=False)
    return Markup(drawn.svg_inline(scale=5, border=4, light="#fff", omitsize=True))  # noqa: S704


@router.post(f"{FACTOR}/commencer", dependencies=_DOORS)
async def begin(request: Request) -> Response:
    """Draw a secret, and show it until it is confirmed; it completes a password, nothing else."""
    offered = get_container(request).settings.totp != "off"
    if offered and _entered(request).entry != Entry.PROVIDER:
        await _service(request).begin(_mine(request))
    return go(request, FACTOR)


@router.post(f"{FACTOR}/confirmer", dependencies=_DOORS)
async def confirm(request: Request) -> Response:
    """Put the second factor in use; show its recovery codes, once."""
    token = session_token(request) or ""
    try:
        codes = await _service(request).confirm(_mine(request), await _code(request), token=token)
    except (CodeWrong, LoginLocked) as error:
        return await _factor_page(request, **_told(error))
    return page(request, "codes_secours.html", codes=codes, premiers=True)


@router.post(f"{FACTOR}/codes", dependencies=_DOORS)
async def renew_codes(request: Request) -> Response:
    """Replace the recovery codes; show the new ones, once."""
    try:
        codes = await _service(request).renew_codes(_mine(request), await _code(request))
    except (CodeWrong, LoginLocked) as error:
        return await _factor_page(request, **_told(error))
    return page(request, "codes_secours.html", codes=codes, premiers=False)


@router.post(f"{FACTOR}/retirer", dependencies=_DOORS)
async def remove(request: Request) -> Response:
    """Take the second factor away, unless the role must have it."""
    compte = _mine(request)
    if get_container(request).settings.totp_required(compte.role):
        words = entry_texts()["erreurs"]["facteur_exige"]
        return await _factor_page(request, erreur=words, status=403)
    try:
        await _service(request).remove(compte, await _code(request))
    except (CodeWrong, LoginLocked) as error:
        return await _factor_page(request, **_told(error))
    return go(request, FACTOR)
