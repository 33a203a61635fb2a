"""Choosing the weekly mails on the page of one's account, stopping them from the mail itself."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.abonnements.links import PATH, is_ours
from api.abonnements.models import Genre
from api.abonnements.repository import AbonnementRepository
from api.console.pages import go, signed_in
from api.console.session import FACTOR, LoginRequired
from api.container import Container
from api.dependencies import get_container, limit_address
from api.refusals import note_refusal
from api.widget.routes import TEMPLATES as PAGES_TEMPLATES
from api.widget.routes import Exploitant

router = APIRouter(include_in_schema=False)
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
Services = Annotated[Container, Depends(get_container)]


@router.post("/console/abonnement")
async def choose(request: Request) -> Response:
    """Keep which weekly mails who is there wants."""
    compte, form = signed_in(request), await request.form()
    if compte is None:
        raise LoginRequired
    async with get_container(request).database.sessions.begin() as session:
        for genre in Genre:
            wanted = form.get(genre.value) == "oui"
            await AbonnementRepository(session).choose(compte.id, genre, actif=wanted)
    return go(request, f"{FACTOR}?fait=courriels#courriels")


def build_router(*, exploitant: Exploitant) -> APIRouter:
    """Return the page that stops a kind of mail: GET shows it, POST does it, no cookie, no script.

    A mailbox posts there by itself (RFC 8058): the signed link is the only right asked for.
    """
    public = APIRouter(include_in_schema=False, dependencies=[Depends(limit_address)])
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent / "templates", PAGES_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def page(request: Request, *, status: int = 200, **facts: Any) -> HTMLResponse:
        content = environment.get_template("arret.html").render(
            exploitant=exploitant,
            racine=str(request.scope.get("root_path", "")).rstrip("/"),
            chemin=request.url.path,
            **{"inconnu": False, "fait": False, "genre": None, **facts},
        )
        return HTMLResponse(content, status_code=status, headers=_HEADERS)

    def unknown(request: Request) -> Response:
        note_refusal(request.scope, "lien_refuse", 404)
        return page(request, status=404, inconnu=True)

    @public.api_route(PATH, methods=["GET", "HEAD"])
    async def show(
        request: Request, services: Services, genre: str, compte_id: str, lien: str
    ) -> Response:
        async with services.database.sessions.begin() as session:
            ours = genre in set(Genre) and await is_ours(
                session, compte_id, Genre(genre), lien, now=services.clock.now()
            )
        return page(request, genre=genre) if ours else unknown(request)

    @public.post(PATH)
    async def stop(
        request: Request, services: Services, genre: str, compte_id: str, lien: str
    ) -> Response:
        async with services.database.sessions.begin() as session:
            ours = genre in set(Genre) and await is_ours(
                session, compte_id, Genre(genre), lien, now=services.clock.now()
            )
            if not ours:
                return unknown(request)
            await AbonnementRepository(session).choose(compte_id, Genre(genre), actif=False)
        return page(request, genre=genre, fait=True)

    return public
