"""What comes first: who may not be here (401, 403), or asks about nothing that exists (404).

What is wrong with a request's content is only told to who may send it. FastAPI reads a body before
the rights are checked, and a route may check it before looking at what it is about: this is done
when a refusal is written, so that a good request pays nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, TimeoutError  # noqa: A004 - SQLAlchemy's own name
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.records import authenticate, hash_token
from api.conversations.repository import ConversationRepository
from api.conversations.routes import bearer_token
from api.dependencies import get_container
from api.droits.guard import guard
from api.droits.matrix import CONVERSATION, DELEGATED, EDITORIAL, load_matrix
from api.errors import Problem, not_found
from api.resources.auth import required_staff
from api.resources.staff import known_id
from api.tickets.auth import bearer_of, identify_optional, key_expected
from api.tickets.repository import TicketRepository
from knowledge.resources import records
from knowledge.resources.errors import ResourceError

_API = "/api/"
# Unreadable, not JSON, to be mended, without the version that was read.
_ABOUT_CONTENT = frozenset({400, 415, 422, 428})
_FIRST = (Problem, ResourceError, DBAPIError, TimeoutError)


def install_precedence(app: FastAPI) -> None:
    """Let what comes first take the place of every remark on the content of a request."""
    for kind in (Problem, RequestValidationError):
        app.add_exception_handler(kind, _after_rights(app, app.exception_handlers[kind]))


def _after_rights(app: FastAPI, handler: Any) -> Callable[[Request, Exception], Awaitable[Any]]:
    async def handle(request: Request, error: Exception) -> JSONResponse:
        said = handler
        if _is_about_content(request, error):
            try:
                await check_first(request)
            except _FIRST as first:
                error, said = first, _handler_of(app, first)
        answer: JSONResponse = await said(request, error)
        return answer

    return handle


def _handler_of(app: FastAPI, error: Exception) -> Any:
    kinds = type(error).__mro__
    return next(app.exception_handlers[each] for each in kinds if each in app.exception_handlers)


def _is_about_content(request: Request, error: Exception) -> bool:
    if not request.url.path.startswith(_API) or "route" not in request.scope:
        return False
    return not isinstance(error, Problem) or error.status in _ABOUT_CONTENT


async def check_first(request: Request) -> None:
    """Raise Problem 401, 403 or 404 where the request has no right, or is about nothing."""
    action = load_matrix().action_of(request.method, str(request.scope["route"].path))
    if action not in DELEGATED:
        if not hasattr(request.state, "actor"):  # the body was read before the rights
            await guard(request)
    elif action == EDITORIAL:
        await required_staff(get_container(request), request.headers.get("authorization"))
    async with get_container(request).database.sessions.begin() as session:
        if action == CONVERSATION:
            await _check_elu(request, session)
        await _check_exists(request, session)


async def _check_elu(request: Request, session: AsyncSession) -> None:
    """The bearer is the one of a conversation: of the one in the address, where it is there."""
    authorization = request.headers.get("authorization")
    conversation_id = request.path_params.get("conversation_id")
    if conversation_id is not None:
        await authenticate(session, conversation_id, bearer_token(authorization))
        return
    if await identify_optional(get_container(request), authorization) is None:
        token = hash_token(bearer_of(authorization))
        if await ConversationRepository(session).of_token(token) is None:
            raise key_expected()


async def _check_exists(request: Request, session: AsyncSession) -> None:
    """A ticket or a resource that the address names."""
    reference = request.path_params.get("reference")
    if reference is not None:
        wanted = str(reference).strip().upper()
        if await TicketRepository(session).by_reference(wanted) is None:
            raise not_found()
    resource_id = request.path_params.get("resource_id")
    if resource_id is not None and await records.find(session, known_id(resource_id)) is None:
        raise not_found()
