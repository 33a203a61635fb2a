"""In the console, a refusal is a page; the sentence is the one of the problem."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from api.console.pages import go, page
from api.console.session import FACTOR, HOME, LOGIN, PAGES, FactorRequired, LoginRequired, resume
from api.console.typed import FormExpired, FormRefused
from api.refusals import note_refusal

Handler = Callable[[Request, Any], Awaitable[JSONResponse]]


def install_console_errors(app: FastAPI) -> None:
    """Write as a page every problem met of the staff."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _as_page(handler))
    app.add_exception_handler(LoginRequired, _to_login)
    app.add_exception_handler(FactorRequired, _to_factor)
    app.add_exception_handler(FormExpired, _give_back)
    app.add_exception_handler(FormRefused, _refuse)


def _as_page(handler: Any) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        response: Response = await handler(request, error)
        if not request.url.path.startswith(PAGES) or not isinstance(response, JSONResponse):
            return response
        problem = json.loads(bytes(response.body))
        status, facts = response.status_code, {"titre": problem["title"]}
        shown = page(request, "erreur.html", status=status, detail=problem["detail"], **facts)
        for name in ("allow", "retry-after"):
            if name in response.headers:
                shown.headers[name] = response.headers[name]
        return shown

    return handle


async def _to_login(request: Request, error: Exception) -> Response:
    """Lead to the login page, then back; a form that was sent is not sent again."""
    wanted = request.url.path if request.method == "GET" else HOME
    if request.method == "GET" and request.url.query:
        wanted += f"?{request.url.query}"
    return go(request, LOGIN + (f"?suite={quote(wanted, safe='/')}" if wanted != HOME else ""))


async def _to_factor(request: Request, error: Exception) -> Response:
    """Lead to the page that adds the second factor, which the role must have."""
    return go(request, FACTOR)


async def _refuse(request: Request, error: Exception) -> Response:
    """Say why a form is refused, and show what was typed in it."""
    assert isinstance(error, FormRefused)  # noqa: S101 - registered for this type
    note_refusal(request.scope, error.refusal, error.status)
    facts: dict[str, Any] = {"motif": error.detail, "rendu": error.typed, "renvoi": ""}
    return page(request, "texte_rendu.html", status=error.status, **facts)


async def _give_back(request: Request, error: Exception) -> Response:
    """Show what was typed; a form that came whole from our page may be sent once more."""
    assert isinstance(error, FormExpired)  # noqa: S101 - registered for this type
    typed, status = error.typed, error.status
    note_refusal(request.scope, error.refusal, status)

    def shown(token: str) -> Response:
        facts: dict[str, Any] = {"motif": "", "rendu": typed, "renvoi": token}
        return page(request, "texte_rendu.html", status=status, **facts)

    return resume(request, shown) if typed.whole else shown("")
