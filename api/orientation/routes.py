"""The public pages that explain an orientation and show the rules; nothing asked there is kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from api.container import Container
from api.conversations.service import MAX_TEXT, check_message
from api.dependencies import get_container, limit_address
from api.errors import Problem
from api.orientation.par_route import by_route
from api.orientation.presentation import facts_of, fill
from api.widget.routes import Exploitant
from assistant.explication import explain_question

_EXPLAIN = "/orientation/expliquer"
_RULES = "/orientation/regles"


def build_router(*, exploitant: Exploitant) -> APIRouter:
    """Return the routes of the two pages; like the other pages, they are not in the OpenAPI."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(_RULES, methods=["GET", "HEAD"])
    async def rules(
        request: Request, services: Annotated[Container, Depends(get_container)]
    ) -> HTMLResponse:
        regles = tuple(services.knowledge.regles)
        facts = {"nombre": len(regles), "par_route": by_route(regles)}
        return _page(request, exploitant, "regles.html", facts)

    @router.api_route(_EXPLAIN, methods=["GET", "HEAD"])
    async def form(request: Request) -> HTMLResponse:
        return _page(request, exploitant, "expliquer.html", _form())

    # A question travels in the body: an address would stay in histories and in logs.
    @router.post(_EXPLAIN, dependencies=[Depends(limit_address)])
    async def explain(
        request: Request,
        services: Annotated[Container, Depends(get_container)],
        question: Annotated[str, Form()] = "",
    ) -> HTMLResponse:
        try:
            text = check_message(question, None, None).text
        except Problem as problem:
            refused = _form(question[:MAX_TEXT], erreur=problem.detail)
            return _page(request, exploitant, "expliquer.html", refused, status=problem.status)
        understander = services.assistant.understander
        explication = explain_question(text, understander, services.knowledge)
        facts = {**_form(text), **facts_of(explication)}
        return _page(request, exploitant, "expliquer.html", facts)

    return router


def _form(question: str = "", *, erreur: str | None = None) -> dict[str, Any]:
    return {"question": question, "erreur": erreur, "maximum": MAX_TEXT, "decision": None}


def _page(
    request: Request,
    exploitant: Exploitant,
    template: str,
    facts: dict[str, Any],
    *,
    status: int = 200,
) -> HTMLResponse:
    content = fill(
        template,
        exploitant=exploitant,
        racine=str(request.scope.get("root_path", "")).rstrip("/"),
        chemin=request.url.path,
        **facts,
    )
    cache = "no-store" if request.method == "POST" else "no-cache"
    return HTMLResponse(content, status_code=status, headers={"Cache-Control": cache})
