"""What every request goes through before its route: its method, its address, its query.

A field of a form left empty is a filter that nobody set: `?status=&theme=` asks for everything.
Characters that cannot be seen (NUL among them, which PostgreSQL refuses) are removed, as they are
from a message.
"""

from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import STREAM, not_found
from nlu.text import strip_invisible


class CleanQuery:
    """Gives every route a query without blank nor unreadable values."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["query_string"]:
            scope = {**scope, "query_string": _cleaned(scope["query_string"])}
        await self._app(scope, receive, send)


class HeadAsGet:
    """Answers HEAD wherever GET is answered, as RFC 9110 (9.1) asks; the server sends no body.

    Not the stream of events, which would never end.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        head = scope["type"] == "http" and scope["method"] == "HEAD"
        if head and not STREAM.fullmatch(scope["path"]):
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


def _cleaned(query: bytes) -> bytes:
    given = parse_qsl(query.decode("latin-1"), errors="replace")
    cleaned = [(name, strip_invisible(value).strip()) for name, value in given]
    return urlencode([(name, value) for name, value in cleaned if value]).encode()


async def known_address(request: Request) -> None:
    """Raise Problem 404 for an address that no name of ours can hold."""
    for value in request.path_params.values():
        if isinstance(value, str) and strip_invisible(value) != value:
            raise not_found()
