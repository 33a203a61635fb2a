"""A partner system's own server: what it received, and what it answers next."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One request."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """Its JSON body."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    def is_signed_by(self, secret: str) -> bool:
        """Check the signature as a partner would, from the specification alone."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        told = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        digest = hmac.new(key, told + self.body, hashlib.sha256).digest()
        given = self.headers["webhook-signature"]
        return hmac.compare_digest(f"v1,{base64.b64encode(digest).decode()}", given)


@dataclass
class Receiver:
    """The server: `answers` are used one after the other, then 200; `hang` holds the answer."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    hang: threading.Event | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/orientation"

    def ids(self) -> list[str]:
        """Event ids, in the order of their coming."""
        return [each.headers["webhook-id"] for each in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(headers, body))
            if receiver.hang is not None:
                receiver.hang.wait(30)
            code = receiver.answers.pop(0) if receiver.answers else 200
            self.send_response(code)
            self.send_header("Location", "http://127.0.0.1:1/ailleurs")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield receiver
    if receiver.hang is not None:
        receiver.hang.set()
    server.shutdown()
    server.server_close()


def wait_for(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait until a condition holds; fail when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "never happened"
        time.sleep(0.02)
