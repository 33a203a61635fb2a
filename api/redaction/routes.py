"""The editorial desk: its pages, its files."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from api.redaction.compte_rendu import router as compte_rendu
from api.redaction.ecrire import router as ecrire
from api.redaction.fiche import router as fiche
from api.redaction.histoire import router as histoire
from api.redaction.importer import router as importer
from api.redaction.liste import router as liste
from api.redaction.lot import router as lot
from api.redaction.pages import HOME
from api.redaction.relecture import router as relecture
from api.redaction.vie import router as vie
from api.widget.assets import load_files
from api.widget.routes import file_response

_FILES = load_files(Path(__file__).parent / "static")
doors = APIRouter(include_in_schema=False)


@doors.get("/redaction")
async def go_home(request: Request) -> Response:
    """Lead to the list whoever forgets its last slash."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}{HOME}", status_code=308)


@doors.get("/redaction/fichiers/{name}")
async def read_file(request: Request, name: str) -> Response:
    """Return a style sheet or a script of these pages."""
    asset = _FILES.get(name)
    if asset is None:
        raise HTTPException(status_code=404)
    return file_response(asset, request)


def install_redaction(app: FastAPI) -> None:
    """Add the editorial desk to the application."""
    pages = (doors, liste, lot, importer, compte_rendu, relecture, ecrire, fiche, vie, histoire)
    for router in pages:
        app.include_router(router)
