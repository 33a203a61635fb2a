"""The page where an élu says whether the answer helped: GET shows, POST records, no script.

The signed link is the only right to it: no cookie opens this page, so no other site can act in the
élu's name.
"""

from pathlib import Path
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel

from api.container import Container
from api.dependencies import get_container, limit_address
from api.errors import Problem
from api.refusals import note_refusal
from api.satisfaction.ask import load_texts
from api.satisfaction.service import MAX_REASON, Note, Opinion, ReasonTooLong, SatisfactionService
from api.widget.routes import TEMPLATES as PAGES_TEMPLATES
from api.widget.routes import Exploitant

_PATH = "/avis/{reference}/{lien}"
_NOTES: tuple[Note, ...] = get_args(Note)
_SAME_SITE = ("same-origin", "none")
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class AnswerForm(BaseModel):
    """What the élu chose and wrote."""

    note: str = ""
    raison: str = ""


Services = Annotated[Container, Depends(get_container)]


def build_router(*, exploitant: Exploitant) -> APIRouter:
    """Return the routes of the page; like the other pages, they are not in the OpenAPI."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(limit_address)])
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent / "templates", PAGES_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def page(request: Request, *, status: int = 200, **facts: Any) -> HTMLResponse:
        shown = {"avis": None, "erreur": None, "merci": False, "note": None, "raison": "", **facts}
        content = environment.get_template("avis.html").render(
            exploitant=exploitant,
            racine=str(request.scope.get("root_path", "")).rstrip("/"),
            chemin=request.url.path,
            lien=request.path_params["lien"],
            textes=load_texts(),
            maximum=MAX_REASON,
            **shown,
        )
        return HTMLResponse(content, status_code=status, headers=_HEADERS)

    @router.api_route(_PATH, methods=["GET", "HEAD"])
    async def show(
        request: Request, services: Services, reference: str, lien: str, note: str = ""
    ) -> HTMLResponse:
        try:
            opinion = await _read(services, reference, lien)
        except Problem as problem:
            note_refusal(request.scope, problem.refusal, problem.status)
            return page(request, status=problem.status, erreur=problem.detail)
        chosen = note if note in _NOTES else opinion.note
        return page(request, avis=opinion, note=chosen, raison=opinion.raison or "")

    @router.post(_PATH)
    async def record(
        request: Request,
        services: Services,
        reference: str,
        lien: str,
        form: Annotated[AnswerForm, Form()],
    ) -> HTMLResponse:
        try:
            _require_our_page(request)
            opinion = await _answer(services, reference, lien, form)
        except Problem as problem:
            note_refusal(request.scope, problem.refusal, problem.status)
            again = await _again(services, reference, lien)
            facts = {"note": form.note, "raison": form.raison, "erreur": problem.detail}
            return page(request, status=problem.status, avis=again, **facts)
        return page(request, avis=opinion, note=form.note, raison=opinion.raison or "", merci=True)

    return router


def _require_our_page(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "same-origin") not in _SAME_SITE:
        raise Problem(403, "formulaire_etranger")


async def _read(services: Container, reference: str, lien: str) -> Opinion:
    async with services.database.sessions.begin() as session:
        return await SatisfactionService(session, now=services.clock.now).read(reference, lien)


async def _again(services: Container, reference: str, lien: str) -> Opinion | None:
    """Return what the form is about once more, unless the link is not ours."""
    try:
        return await _read(services, reference, lien)
    except Problem:
        return None


async def _answer(services: Container, reference: str, lien: str, form: AnswerForm) -> Opinion:
    chosen = next((each for each in _NOTES if each == form.note), None)
    if chosen is None:
        raise Problem(422, "avis_absent")
    async with services.database.sessions.begin() as session:
        service = SatisfactionService(session, now=services.clock.now)
        try:
            return await service.answer(reference, lien, note=chosen, raison=form.raison)
        except ReasonTooLong:
            raise Problem(422, "avis_trop_long") from None
