"""What we ask of Zammad's public REST API (docs.zammad.org, « REST API »), and nothing else.

Pages read: `api/ticket/index`, `api/ticket/articles`, `api/ticket/states`, `api/user`, and
`api/intro` for the token and `?expand=true`.
"""

from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.tls import http_context
from api.zammad.server import ZammadServer

_TIMEOUT_SECONDS = 10.0
_NOT_FOUND = 404
_TRY_LATER = (408, 425, 429)
_SERVER_ERROR = 500
_CUSTOMER = ["Customer"]
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

T = TypeVar("T")


class ZammadUnavailable(Exception):
    """No usable answer; `sent`: the request may have been done all the same."""

    def __init__(self, code: str, *, sent: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.sent = sent


class ZammadRefused(Exception):
    """Zammad refuses (401, 403, 422…): its settings or ours are to be mended."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class ZammadGone(ZammadRefused):
    """The ticket is no longer in Zammad."""


class RemoteTicket(BaseModel):
    """A ticket as Zammad tells it; `state` only with `expand`."""

    id: int
    number: str
    title: str
    updated_at: str
    state: str = "new"


class Attachment(BaseModel):
    """A file joined to an article."""

    id: int
    filename: str


class Article(BaseModel):
    """One entry of a ticket: `sender` is Agent, Customer or System; `type` note, email, phone…"""

    id: int
    sender: str
    type: str
    internal: bool
    body: str
    from_: str = ""
    subject: str | None = None
    content_type: str = "text/html"
    attachments: list[Attachment] = []


class _Found(BaseModel):
    tickets: list[int] = []
    assets: dict[str, Any] = {}


class _User(BaseModel):
    """Someone whom Zammad knows; `roles` only with `expand`."""

    id: int
    email: str | None = None
    active: bool | None = None
    roles: list[str] | None = None

    def is_agent(self, courriel: str) -> bool:
        """Tell whether this is the active account of this address, and no mere customer's."""
        same = (self.email or "").lower() == courriel.lower()
        return same and self.active is not False and self.roles != _CUSTOMER


class _Me(BaseModel):
    id: int


class Zammad:
    """Zammad, for the time of a job. To be used with `async with`.

    Every call raises ZammadUnavailable or ZammadRefused.
    """

    def __init__(self, server: ZammadServer) -> None:
        self._group = server.group
        self._http = httpx2.AsyncClient(
            base_url=f"{server.url}/api/v1/",
            timeout=_TIMEOUT_SECONDS,
            verify=http_context(trust_env=True),
            headers={"Authorization": f"Token token={server.token}", "User-Agent": "Orientation"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def me(self) -> int:
        """Return the number of the account that owns the token."""
        return _read(_Me, await self._ask("GET", "users/me")).id

    async def find(self, reference: str) -> RemoteTicket | None:
        """Return the oldest ticket whose title bears our reference.

        The search may be late by what Elasticsearch has not indexed yet.
        """
        query = {"query": reference, "limit": 10}
        found = _read(_Found, await self._ask("GET", "tickets/search", params=query))
        known = found.assets.get("Ticket", {})
        told = [known.get(str(each), {}) for each in sorted(found.tickets)]
        for each in told:
            if reference in str(each.get("title", "")):
                return await self.read(int(each["id"]))
        return None

    async def agent(self, courriel: str) -> int | None:
        """Return the number of the active agent of this address; None when there is none."""
        query: dict[str, str | int] = {"query": courriel, "limit": 10, "expand": "true"}
        found = _read(list[_User], _json(await self._ask("GET", "users/search", params=query)))
        return next((each.id for each in found if each.is_agent(courriel)), None)

    async def create(
        self, *, title: str, body: str, courriel: str | None, owner: int | None = None
    ) -> RemoteTicket:
        """Create a ticket in the name of the élu, or in ours without an e-mail address.

        `owner` is the agent whom it is given to.
        """
        customer = f"guess:{courriel}" if courriel else await self.me()
        ticket: dict[str, Any] = {
            "title": title,
            "group": self._group,
            "customer_id": customer,
            "article": {**_said_by_elu(body), "subject": title},
        }
        if owner is not None:
            ticket["owner_id"] = owner
        answer = await self._ask("POST", "tickets", params={"expand": "true"}, json=ticket)
        return _read(RemoteTicket, answer)

    async def read(self, zammad_id: int) -> RemoteTicket:
        """Return a ticket. Raises ZammadGone."""
        answer = await self._ask("GET", f"tickets/{zammad_id}", params={"expand": "true"})
        return _read(RemoteTicket, answer)

    async def articles(self, zammad_id: int) -> list[Article]:
        """Return the articles of a ticket, oldest first."""
        answer = await self._ask("GET", f"ticket_articles/by_ticket/{zammad_id}")
        told = [{**each, "from_": each.get("from") or ""} for each in _json(answer)]
        return sorted(_read(list[Article], told), key=lambda article: article.id)

    async def write(self, zammad_id: int, *, subject: str, body: str) -> None:
        """Add what the élu said to a ticket."""
        article = {**_said_by_elu(body), "ticket_id": zammad_id, "subject": subject}
        await self._ask("POST", "ticket_articles", json=article)

    async def attachment(self, zammad_id: int, article: Article, joined: Attachment) -> bytes:
        """Return the content of a joined file."""
        path = f"ticket_attachment/{zammad_id}/{article.id}/{joined.id}"
        return (await self._ask("GET", path)).content

    async def _ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        try:
            answer = await self._http.request(method, path, **request)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            sent = not isinstance(error, _NEVER_SENT)
            raise ZammadUnavailable(type(error).__name__, sent=sent) from None
        status = answer.status_code
        if status >= _SERVER_ERROR or status in _TRY_LATER:
            raise ZammadUnavailable(str(status), sent=status >= _SERVER_ERROR)
        if status == _NOT_FOUND:
            raise ZammadGone(status)
        if not answer.is_success:
            raise ZammadRefused(status)
        return answer


def _said_by_elu(body: str) -> dict[str, Any]:
    return {
        "body": body,
        "content_type": "text/plain",
        "type": "note",
        "sender": "Customer",
        "internal": False,
    }


def _json(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise ZammadUnavailable("reponse_illisible") from None


def _read(kind: type[T], told: Any) -> T:
    """Read what Zammad tells; a proxy, or another version, may tell something else."""
    try:
        body = _json(told) if isinstance(told, httpx2.Response) else told
        return TypeAdapter(kind).validate_python(body)
    except ValidationError:
        raise ZammadUnavailable("reponse_inattendue") from None
