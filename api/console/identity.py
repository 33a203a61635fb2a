"""The door of the identity provider: going there, coming back, having left."""

import hmac
import secrets

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.console.leaving import LEAVING
from api.console.login import login_page
from api.console.pages import entry_texts, go
from api.console.session import (
    LOGIN,
    drop_cookie,
    keep_session,
    read_cookie,
    safe_return,
    set_cookie,
)
from api.dependencies import get_container, limit_address
from api.errors import not_found
from api.identite.errors import IdentityRefused, ProviderDown
from api.identite.provider import Provider
from api.identite.service import VISIT_LIFE, IdentityService

router = APIRouter(include_in_schema=False)
_DOORS = [Depends(limit_address)]
_BROWSER = "orientation_identite"
_STATUS = {"annule": 200, "inconnu": 403, "ferme": 403, "niveau": 403, "sans_adresse": 403}


def _provider(request: Request) -> Provider:
    provider = get_container(request).provider
    if provider is None:
        raise not_found()
    return provider


def _service(request: Request) -> IdentityService:
    container = get_container(request)
    clock = container.clock
    return IdentityService(container.database, _provider(request), container.box, now=clock.now)


@router.get("/console/connexion/fournisseur", dependencies=_DOORS)
async def go_to_provider(request: Request, suite: str | None = None) -> Response:
    """Send someone to the identity provider."""
    browser = read_cookie(request, _BROWSER) or secrets.token_urlsafe(32)
    try:
        where = await _service(request).start(browser=browser, return_to=safe_return(suite))
    except ProviderDown:
        return _refuse(request, "panne", 503)
    response = RedirectResponse(where, status_code=303, headers={"Cache-Control": "no-store"})
    life = int(VISIT_LIFE.total_seconds())
    set_cookie(request, response, _BROWSER, browser, max_age=life)
    return response


@router.get("/console/connexion/retour", dependencies=_DOORS)
async def come_back(request: Request) -> Response:
    """Let in who comes back from the identity provider, or say why not."""
    service = _service(request)
    try:
        arrival = await service.finish(
            dict(request.query_params), browser=read_cookie(request, _BROWSER) or ""
        )
    except IdentityRefused as refused:
        status = _STATUS.get(refused.key, 422)
        return _refuse(request, refused.key, status, quitter=refused.leave, **refused.facts)
    except ProviderDown:
        return _refuse(request, "panne", 503)
    response = go(request, arrival.return_to)
    keep_session(request, response, arrival.token)
    drop_cookie(request, response, _BROWSER)
    return response


@router.get("/console/connexion/sortie")
async def have_left(request: Request, state: str = "") -> Response:
    """Say that both sessions are closed to who comes back from the provider's logout."""
    expected = read_cookie(request, LEAVING) or ""
    if not expected or not hmac.compare_digest(expected.encode(), state.encode()):
        return go(request, LOGIN)
    told = entry_texts()["sortie"].format(nom=_provider(request).name)
    response = login_page(request, information=told)
    drop_cookie(request, response, LEAVING)
    return response


def _refuse(
    request: Request, key: str, status: int, quitter: str | None = None, **facts: str
) -> Response:
    told = entry_texts()["fournisseur"][key].format(nom=_provider(request).name, **facts)
    return login_page(request, status=status, erreur=told, quitter=quitter)
