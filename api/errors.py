"""Errors as RFC 9457 problems, in French, with something the reader can do.

The sentences live in `textes/problemes.yml`; no `detail` ever quotes what an élu wrote.
"""

import logging
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, TimeoutError  # noqa: A004 - SQLAlchemy's own name
from starlette.exceptions import HTTPException

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_KEY_OF_STATUS = {404: "introuvable", 405: "methode", 413: "trop_volumineux"}


@cache
def _texts() -> dict[str, Any]:
    path = Path(__file__).parent / "textes" / "problemes.yml"
    texts: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return texts


class Problem(Exception):
    """A refusal: its HTTP status, the key of its sentence, the facts of the sentence."""

    def __init__(
        self,
        status: int,
        key: str,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(key)
        self.status = status
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        self.detail = str(_texts()[key]).format(**facts).strip()


def not_found() -> Problem:
    """The same answer for a wrong token and an unknown id: neither can be guessed."""
    return Problem(404, "introuvable")


def problem_response(problem: Problem) -> JSONResponse:
    """Write the problem."""
    titles = _texts()["titres"]
    return JSONResponse(
        {
            "type": "about:blank",
            "title": titles.get(problem.status, HTTPStatus(problem.status).phrase),
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
    app.add_exception_handler(RequestValidationError, _on_invalid)
    for kind in (DBAPIError, TimeoutError):
        app.add_exception_handler(kind, _on_database_error)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type
    return problem_response(error)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    key = _KEY_OF_STATUS.get(error.status_code, "illisible")
    return problem_response(Problem(error.status_code, key, headers=error.headers or {}))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return problem_response(Problem(422, "illisible"))
    fields = [".".join(str(part) for part in each["loc"][1:]) for each in error.errors()]
    return problem_response(
        Problem(422, "champs", extra={"champs": [field for field in fields if field]})
    )


async def _on_database_error(request: Request, error: Exception) -> JSONResponse:
    logger.error("database unavailable", extra={"error": type(error).__name__})
    return problem_response(Problem(503, "base_indisponible", headers={"Retry-After": "10"}))


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.error("unexpected error", extra={"error": type(error).__name__})
    return problem_response(Problem(500, "inattendu"))
