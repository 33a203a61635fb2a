"""Response headers, and the size limit of requests, as plain ASGI middlewares."""

import re
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, problem_response

MAX_BODY_BYTES = 64 * 1024
# A form adds a little around the file that it carries.
MAX_IMPORT_BYTES = 10_100_000
_IMPORT_PATH = "/api/v1/resources/import"
# A mail as it travels, its files in base64 with it.
MAX_MAIL_BYTES = 10 * 1024 * 1024
_MAIL_PATH = "/api/v1/mails/entrants"
# An answer's form is read whole even with a file that is too heavy: its text is given back.
MAX_ANSWER_BYTES = 64_000_000
_ANSWER_PATH = re.compile(r"/console/demandes/[^/]{1,40}/repondre")
# Beyond what an import may weigh, so that its page says so rather than the browser.
MAX_DESK_IMPORT_BYTES = 64_000_000
_DESK_IMPORT_PATH = "/redaction/import"
# The form of a resource: 30,000 letters, most of them accented, and all the rest.
MAX_RESOURCE_BYTES = 512 * 1024
_RESOURCE_PATH = re.compile(
    r"/redaction/(fiches/(nouvelle|[^/]{1,120}/modifier)|regles/fichiers/[^/]{1,60})"
)
_PAGES = ("/console/", "/redaction/")
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HSTS = "max-age=31536000"
# What is personal is kept by no browser and no proxy, unless its route says otherwise.
_PERSONAL = ("/api/", "/console", "/redaction", "/avis/", "/courriels/")


class SecurityHeaders:
    """Adds the headers to every response; personal ones are never cached.

    `https`: the service is known by an address in https, and by no other from now on.
    """

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app = app
        self._headers = _HEADERS | ({"Strict-Transport-Security": _HSTS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(_PERSONAL):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class BodyLimit:
    """Refuses a body over the limit before reading it whole."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, refusal = self._limit_of(scope["path"])
        received = _declared_length(scope)
        if received > limit and not scope["path"].startswith(_PAGES):
            await problem_response(refusal, scope)(scope, receive, send)
            return
        # A page of the staff says it itself, as soon as the body is asked for.
        received = limit + 1 if received > limit else 0

        async def counted() -> Message:
            nonlocal received
            if received > limit:
                raise refusal
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise refusal
            return message

        await self._app(scope, counted, send)

    def _limit_of(self, path: str) -> tuple[int, Problem]:
        """Return how long a body may be at this address, and what is said beyond."""
        if path == _IMPORT_PATH:
            return MAX_IMPORT_BYTES, Problem(413, "import_volumineux")
        if path == _MAIL_PATH:
            return MAX_MAIL_BYTES, Problem(413, "courrier_lourd")
        if path == _DESK_IMPORT_PATH:
            return MAX_DESK_IMPORT_BYTES, Problem(413, "import_volumineux")
        if _ANSWER_PATH.fullmatch(path):
            return MAX_ANSWER_BYTES, Problem(413, "reponse_volumineuse")
        if _RESOURCE_PATH.fullmatch(path):
            return MAX_RESOURCE_BYTES, Problem(413, "trop_volumineux")
        return self._max, Problem(413, "trop_volumineux")


def _declared_length(scope: MutableMapping[str, Any]) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
