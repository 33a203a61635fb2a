"""The doors of the console: login, logout, and the link that makes an account."""

from datetime import timedelta
from math import ceil
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from api.comptes.attempts import LoginLocked
from api.comptes.login import LoginRefused
from api.comptes.models import Invitation
from api.comptes.passwords import PasswordWeak
from api.comptes.service import CompteInvalid, CompteService, InvitationInvalid
from api.console.leaving import leave_provider
from api.console.pages import go, page, texts
from api.console.session import (
    CODE,
    HOME,
    LOGIN,
    SESSION,
    drop_cookie,
    find_compte,
    keep_session,
    login_service,
    safe_return,
    session_token,
)
from api.dependencies import get_container, limit_address

router = APIRouter(include_in_schema=False)
_DOORS = [Depends(limit_address)]


def login_page(request: Request, *, status: int = 200, **facts: Any) -> Response:
    """Return the login page; the button of the identity provider is there when there is one."""
    known = {"erreur": "", "information": "", "quitter": None, "courriel": "", "suite": HOME}
    name = _provider_name(request)
    return page(request, "connexion.html", status=status, fournisseur=name, **(known | facts))


def _provider_name(request: Request) -> str | None:
    provider = get_container(request).provider
    return provider.name if provider else None


@router.get(LOGIN)
async def show_login(request: Request, suite: str | None = None) -> Response:
    """Show the login page; someone already there goes on."""
    if await find_compte(request) is not None:
        return go(request, safe_return(suite))
    return login_page(request, suite=safe_return(suite))


@router.post(LOGIN, dependencies=_DOORS)
async def log_in(request: Request) -> Response:
    """Open a session, or say why not."""
    form = await request.form()
    courriel, suite = str(form.get("courriel", "")), safe_return(str(form.get("suite", "")))
    try:
        password = str(form.get("mot_de_passe", ""))
        token = await login_service(request).open(courriel, password)
    except LoginRefused:
        error, status = texts()["erreurs"]["connexion"], 422
    except LoginLocked as locked:
        error, status = texts()["erreurs"]["attente"].format(duree=told_wait(locked.wait)), 429
    else:
        return await _let_in(request, token, suite)
    return login_page(request, status=status, erreur=error, courriel=courriel, suite=suite)


async def _let_in(request: Request, token: str, suite: str) -> Response:
    """Give the browser its session; whoever owes a second factor is asked for it."""
    owes = await login_service(request).waiting(token) is not None
    asked = f"{CODE}?suite={quote(suite, safe='/')}" if suite != HOME else CODE
    response = go(request, asked if owes else suite)
    keep_session(request, response, token)
    return response


@router.post("/console/deconnexion")
async def log_out(request: Request) -> Response:
    """Close the session, on our side first, then that of the identity provider."""
    token = session_token(request)
    entered = await login_service(request).enter(token) if token else None
    if token:
        await login_service(request).close(token)
    response = await leave_provider(request, entered) or go(request, LOGIN)
    drop_cookie(request, response, SESSION)
    return response


@router.get("/console/invitation/{jeton}")
async def show_invitation(request: Request, jeton: str) -> Response:
    """Show the form that makes an account."""
    container = get_container(request)
    async with container.database.sessions.begin() as session:
        try:
            service = CompteService(session, now=container.clock.now)
            invitation = await service.invitation(jeton)
        except InvitationInvalid:
            return page(request, "lien_invalide.html", status=404)
        return _form(request, invitation)


@router.post("/console/invitation/{jeton}", dependencies=_DOORS)
async def accept_invitation(request: Request, jeton: str) -> Response:
    """Make the account and open its first session."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    container = get_container(request)
    async with container.database.sessions() as session:
        service = CompteService(session, now=container.clock.now)
        try:
            invitation = await service.invitation(jeton)
        except InvitationInvalid:
            return page(request, "lien_invalide.html", status=404)
        try:
            token = await service.accept(
                jeton,
                courriel=form.get("courriel", ""),
                nom=form.get("nom", ""),
                password=_confirmed(form),
            )
            await session.commit()
        except (CompteInvalid, PasswordWeak) as error:
            return _form(request, invitation, error=error.reason, typed=form)
        except InvitationInvalid:
            return page(request, "lien_invalide.html", status=404)
    return await _let_in(request, token, HOME)


def _confirmed(form: dict[str, str]) -> str:
    password = form.get("mot_de_passe", "")
    if password != form.get("confirmation"):
        raise PasswordWeak("mots_de_passe_differents")
    return password


def _form(
    request: Request,
    invitation: Invitation,
    *,
    error: str | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    given = typed or {}
    return page(
        request,
        "invitation.html",
        status=422 if error else 200,
        erreur=texts()["erreurs"][error] if error else "",
        premier=invitation.courriel is None,
        fournisseur=_provider_name(request),
        role=invitation.role,
        courriel=invitation.courriel or given.get("courriel", ""),
        nom=given.get("nom", ""),
    )


def told_wait(wait: timedelta) -> str:
    """Return a wait as it is told: « 30 s », « 2 min »."""
    seconds = max(1, ceil(wait.total_seconds()))
    return f"{seconds} s" if seconds < 60 else f"{ceil(seconds / 60)} min"  # noqa: PLR2004
