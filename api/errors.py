"""Errors as RFC 9457 problems, in French, with something the reader can do.

The sentences live in `textes/problemes.yml`; no `detail` ever quotes what an élu wrote.
"""

import logging
import re
from collections.abc import Mapping, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DataError, DBAPIError, TimeoutError  # noqa: A004 - SQLAlchemy's own name
from starlette.exceptions import HTTPException

from api.refusals import note_refusal

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
# The stream of events never ends: HEAD, answered elsewhere as GET, is not there.
STREAM = re.compile(r"/api/v1/conversations/[^/]+/events")
_NOT_ALLOWED = 405
_KEY_OF_STATUS = {404: "introuvable", _NOT_ALLOWED: "methode", 413: "trop_volumineux"}


@cache
def _texts() -> dict[str, Any]:
    path = Path(__file__).parent / "textes" / "problemes.yml"
    texts: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return texts


class Problem(HTTPException):
    """A refusal: its HTTP status, the key of its sentence, the facts of the sentence.

    `refusal` is its id in the log: the key, unless the sentence must not tell it from another.
    An `HTTPException`, which FastAPI lets through even while it reads a body.
    """

    def __init__(
        self,
        status: int,
        key: str,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        refusal: str | None = None,
        **facts: Any,
    ) -> None:
        detail = str(_texts()[key]).format(**facts).strip()
        super().__init__(status, detail, dict(headers or {}))
        self.status = status
        self.refusal = refusal or key
        self.extra = dict(extra or {})

    def __str__(self) -> str:
        """Return the status alone: nothing of a request goes to a log."""
        return str(self.status)


def wrong_field(field: str, key: str) -> Problem:
    """Return the refusal of one field, told as those of a whole body are (see `api.invalid`)."""
    problem = Problem(422, key, extra={"champs": [field]})
    problem.extra["problemes"] = [{"champ": field, "message": problem.detail}]
    return problem


def not_found(refusal: str | None = None) -> Problem:
    """The same answer for a wrong token and an unknown id: neither can be guessed."""
    return Problem(404, "introuvable", refusal=refusal)


def problem_title(status: int) -> str:
    """Return the title of every problem of this status."""
    return str(_texts()["titres"].get(status, _texts()["titres"][500]))


def problem_response(problem: Problem, scope: MutableMapping[str, Any]) -> JSONResponse:
    """Write the problem, and its line in the log."""
    note_refusal(scope, problem.refusal, problem.status)
    return JSONResponse(
        {
            "type": "about:blank",
            "title": problem_title(problem.status),
            "status": problem.status,
            "detail": problem.detail,
            **problem.extra,
        },
        status_code=problem.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def install_error_handlers(app: FastAPI) -> None:
    """Make every error of the application a French problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DataError, _on_impossible_value)
    for kind in (DBAPIError, TimeoutError):
        app.add_exception_handler(kind, _on_database_error)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type
    return problem_response(error, request.scope)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    form = request.headers.get("content-type", "").startswith("multipart/")
    unreadable = "formulaire_illisible" if form else "illisible"
    key = _KEY_OF_STATUS.get(error.status_code, unreadable)
    headers = dict(error.headers or {})
    if error.status_code == _NOT_ALLOWED:
        headers["Allow"] = ", ".join(allowed_methods(request))
    return problem_response(Problem(error.status_code, key, headers=headers), request.scope)


def allowed_methods(request: Request) -> list[str]:
    """Return every method of the address (RFC 9110, 15.5.6): several routes may share it."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    found: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        pattern = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(path):
            found |= route.methods or set()
    return sorted(found | ({"HEAD"} if "GET" in found and not STREAM.fullmatch(path) else set()))


async def _on_impossible_value(request: Request, error: Exception) -> JSONResponse:
    """What the database cannot hold, and that nothing saw before: no use in trying again."""
    logger.error("value refused by the database", extra={"error": type(error).__name__})
    return problem_response(Problem(422, "valeur_impossible"), request.scope)


async def _on_database_error(request: Request, error: Exception) -> JSONResponse:
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    logger.error("database unavailable", extra={"error": type(error).__name__, "sqlstate": state})
    problem = Problem(503, "base_indisponible", headers={"Retry-After": "10"})
    return problem_response(problem, request.scope)


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.error("unexpected error", extra={"error": type(error).__name__})
    return problem_response(Problem(500, "inattendu"), request.scope)
