"""To who typed a wrong address in a browser, a refusal is a page; its sentence is the problem's."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.widget.exploitant import Pages

_TEMPLATE = "erreur.html"
_KEPT = ("allow", "retry-after")
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
# What programs ask for, even through a browser.
_PROGRAMS = ("/api/", "/openapi.json", "/healthz", "/readyz", "/metrics", "/widget/")
# The pages of the staff write theirs: see `api.console.errors`.
_STAFF = ("/console/", "/redaction/")


def install_page_errors(app: FastAPI, pages: Pages) -> None:
    """Write as a page every problem met by someone who reads our public pages."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _as_page(handler, pages))


def _as_page(handler: Any, pages: Pages) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        answer: Response = await handler(request, error)
        if not _reads_pages(request) or not isinstance(answer, JSONResponse):
            return answer
        problem = json.loads(bytes(answer.body))
        root = str(request.scope.get("root_path", "")).rstrip("/")
        facts = {"titre": problem["title"], "statut": answer.status_code}
        told = pages.render(_TEMPLATE, **facts, detail=problem["detail"], racine=root, chemin="")
        kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
        return HTMLResponse(told, status_code=answer.status_code, headers=kept | _HEADERS)

    return handle


def _reads_pages(request: Request) -> bool:
    if request.url.path.startswith((*_PROGRAMS, *_STAFF)):
        return False
    return "text/html" in request.headers.get("accept", "")
