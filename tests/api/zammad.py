"""A Zammad of our own: the requests and answers of its public documentation, and its failures.

It refuses what Zammad refuses: no token (401), an unknown group, no article, no customer (422).
Its search sees a ticket only once `index` was called, as Elasticsearch does, unless `lag` is off.
"""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from api.zammad.server import ZammadServer

TOKEN = "jeton-d-essai"
GROUP = "Cellule de conseil"
ME = 3
_STATES = {1: "new", 2: "open", 3: "pending reminder", 4: "closed"}


class Refused(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


@dataclass
class FakeZammad:
    """Its content, and what it does next to requests that write (`failures`).

    A failure is a status, `lost` (done, but the answer never comes) or `cut` (nothing is done).
    `hang` holds the answers of what was written. `strangers` may own no ticket of the group.
    """

    port: int = 0
    tickets: list[dict[str, Any]] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    failures: list[int | str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    indexed: set[int] = field(default_factory=set)
    users: list[dict[str, Any]] = field(default_factory=list)
    strangers: set[int] = field(default_factory=set)
    lag: bool = False
    hang: threading.Event | None = None
    clock: int = 0

    @property
    def server(self) -> ZammadServer:
        """How to reach it."""
        return ZammadServer(url=f"http://127.0.0.1:{self.port}", token=TOKEN, group=GROUP)

    def index(self) -> None:
        """Let the search see every ticket."""
        self.indexed = {each["id"] for each in self.tickets}

    def now(self) -> str:
        """A time that never comes twice."""
        self.clock += 1
        return f"2026-11-29T10:{self.clock // 60:02}:{self.clock % 60:02}.000Z"

    def turn(self, state: str, ticket_id: int = 1) -> None:
        """An agent changes the state of a ticket."""
        (number,) = [key for key, name in _STATES.items() if name == state]
        self.tickets[ticket_id - 1] |= {"state_id": number, "updated_at": self.now()}

    def answer(self, body: str, ticket_id: int = 1, **changes: Any) -> dict[str, Any]:
        """An agent writes an article."""
        wanted = {"ticket_id": ticket_id, "body": body, "sender": "Agent", **changes}
        return self.add_article({"from": "Camille Martin <c.martin@exemple.fr>", **wanted})

    def add_article(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Keep an article, with the default values of the documentation."""
        if not wanted.get("body"):
            raise Refused(422, "Need at least 'article: { body: \"some text\" }'")
        defaults = {"from": "Orientation", "to": "", "cc": "", "subject": None, "internal": False}
        defaults |= {"content_type": "text/html", "type": "note", "sender": "Agent"}
        article = {**defaults, "attachments": [], **wanted, "id": len(self.articles) + 1}
        self.articles.append(article)
        self.tickets[article["ticket_id"] - 1]["updated_at"] = self.now()
        return article

    def add_ticket(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Make a ticket."""
        if wanted.get("group") != GROUP:
            raise Refused(422, f"No lookup value found for 'group': {wanted.get('group')!r}")
        customer = wanted.get("customer_id")
        guessed = re.fullmatch(r"guess:[^@\s]+@[^@\s]+", str(customer))
        if customer != ME and not guessed:
            raise Refused(422, "Invalid customer")
        if wanted.get("owner_id") in self.strangers:
            raise Refused(422, "Invalid value for param 'owner_id'")
        if not wanted["article"].get("body"):
            raise Refused(422, "Need at least 'article: { body: \"some text\" }'")
        number = len(self.tickets) + 1
        ticket = {
            "id": number,
            "group_id": 2,
            "priority_id": 2,
            "state_id": 1,
            "number": f"220{number:02}",
            "title": wanted["title"],
            "customer_id": customer,
            "owner_id": wanted.get("owner_id", 1),
            "created_at": self.now(),
        }
        self.tickets.append(ticket)
        self.add_article({**wanted["article"], "ticket_id": number})
        return ticket

    def ticket(self, number: str) -> dict[str, Any]:
        """Return a ticket."""
        if not number.isdigit() or not 0 < int(number) <= len(self.tickets):
            raise Refused(404, f"Couldn't find Ticket with 'id'={number}")
        return self.tickets[int(number) - 1]

    def search(self, query: str) -> dict[str, Any]:
        """Search titles."""
        seen = [each for each in self.tickets if not self.lag or each["id"] in self.indexed]
        found = [each for each in seen if query in each["title"]]
        return {
            "tickets": [each["id"] for each in reversed(found)],
            "tickets_count": len(found),
            "assets": {"Ticket": {str(each["id"]): each for each in found}} if found else {},
        }


class _Handler(BaseHTTPRequestHandler):
    zammad: FakeZammad

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self._answer(lambda: (200, self._read(self._path(), parse_qs(address.query))))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        failure = self.zammad.failures.pop(0) if self.zammad.failures else None
        if failure == "cut":
            self.close_connection = True
        elif isinstance(failure, int):
            self._send(failure, {"error": "essai"})
        else:
            self._answer(lambda: (201, self._write(self._path(), body)), lost=failure == "lost")

    def _path(self) -> str:
        return urlsplit(self.path).path.removeprefix("/api/v1/")

    def _answer(self, act: Callable[[], tuple[int, Any]], *, lost: bool = False) -> None:
        self.zammad.requests.append(f"{self.command} {self.path}")
        try:
            if self.headers["authorization"] != f"Token token={TOKEN}":
                raise Refused(401, "Invalid token!")  # noqa: TRY301
            status, told = act()
        except Refused as error:
            status, told = error.status, {"error": str(error)}
        if self.command == "POST" and self.zammad.hang is not None:
            self.zammad.hang.wait(60)
        if lost:
            self.close_connection = True
        else:
            self._send(status, told)

    def _read(self, path: str, query: dict[str, list[str]]) -> Any:
        if path == "users/me":
            return {"id": ME, "login": "orientation", "email": "o@exemple.fr"}
        if path == "users/search":
            wanted = query["query"][0].partition("@")[0]
            found = [each for each in self.zammad.users if wanted in str(each).lower()]
            told = query.get("expand") == ["true"]
            return [each if told else each | {"roles": None} for each in found]
        if path == "tickets/search":
            return self.zammad.search(query["query"][0])
        kind, _, tail = path.rpartition("/")
        if kind.startswith("ticket_attachment/"):
            return self.zammad.files[int(tail)]
        ticket = self.zammad.ticket(tail)
        if kind == "ticket_articles/by_ticket":
            return [each for each in self.zammad.articles if each["ticket_id"] == ticket["id"]]
        return _expanded(ticket) if query.get("expand") == ["true"] else ticket

    def _write(self, path: str, body: dict[str, Any]) -> Any:
        if path == "tickets":
            return _expanded(self.zammad.add_ticket(body))
        assert path == "ticket_articles"
        return self.zammad.add_article(body)

    def _send(self, status: int, told: Any) -> None:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked was killed
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


def _expanded(ticket: dict[str, Any]) -> dict[str, Any]:
    named = {"state": _STATES[ticket["state_id"]], "group": GROUP, "priority": "2 normal"}
    return {**ticket, **named}


@contextmanager
def zammad_running() -> Iterator[FakeZammad]:
    """Run it."""
    zammad = FakeZammad()
    handler = type("Handler", (_Handler,), {"zammad": zammad})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    zammad.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield zammad
    finally:
        if zammad.hang is not None:
            zammad.hang.set()
        server.shutdown()
        server.server_close()
