"""The console: its doors, its pages, its files."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from api.console.actions import router as actions
from api.console.clavier import router as clavier
from api.console.comptes import router as comptes
from api.console.comptes_histoire import router as comptes_histoire
from api.console.errors import install_console_errors
from api.console.factor import router as factor
from api.console.filtres import router as filtres
from api.console.identity import router as identity
from api.console.impression import router as impression
from api.console.inbox import router as inbox
from api.console.journal import router as journal
from api.console.login import router as doors
from api.console.modeles_pages import router as modeles
from api.console.outbox import router as outbox
from api.console.pages import page, texts
from api.console.personne import router as personne
from api.console.presence import router as presence
from api.console.queue import router as queue
from api.console.rapprocher import router as rapprocher
from api.console.registre import router as registre
from api.console.session import HOME
from api.console.ticket import me
from api.console.ticket import router as ticket
from api.droits.matrix import load_matrix
from api.equipes.pages import router as absences
from api.widget.assets import load_files
from api.widget.routes import file_response

_STATIC = Path(__file__).parent / "static"
pages = APIRouter(include_in_schema=False)


@pages.get(HOME)
async def show_home(request: Request) -> Response:
    """Lead to the first page that the role opens; greet those for whom there is none yet."""
    role = me(request).role
    for address, action, _ in texts()["navigation"]:
        if load_matrix().allows(role, action):
            return RedirectResponse(f"{request.scope.get('root_path', '')}{address}", 303)
    return page(request, "accueil.html")


@pages.get("/console")
async def go_home(request: Request) -> Response:
    """Lead to the console whoever forgets its last slash."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{HOME}", status_code=308)


def install_console(app: FastAPI) -> None:
    """Add the console to the application."""
    files = load_files(_STATIC)

    @pages.get("/console/fichiers/{name}")
    async def console_file(request: Request, name: str) -> Response:
        asset = files.get(name)
        if asset is None:
            raise HTTPException(status_code=404)
        return file_response(asset, request)

    pieces = (doors, factor, identity, pages, clavier, queue, ticket, impression, actions, presence)
    own = (
        outbox,
        inbox,
        filtres,
        modeles,
        rapprocher,
        journal,
        personne,
        registre,
        comptes,
        comptes_histoire,
        absences,
    )
    for router in (*pieces, *own):
        app.include_router(router)
    install_console_errors(app)
