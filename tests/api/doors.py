"""The console alone, on a database of its own and a clock that the test moves: no dialogue."""

import asyncio
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import uvicorn

from api.app import create_app
from api.database import connect
from api.identite.provider import Provider
from api.limits import AddressLimiter
from api.postgres import EmbeddedPostgres
from api.rasa_process import free_port
from api.secret_box import SecretBox
from api.settings import Settings
from api.tickets.routing import load_aiguillage
from assistant.replies import load_replies
from tests.api.proconnect import CLIENT_ID, CLIENT_SECRET
from tests.conftest import ROOT, Service, admin, url_of


class MovableClock:
    """The time, which the test moves forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(kw_only=True)
class Doors(Service):
    """The pages of the console, answering."""

    clock: MovableClock
    settings: Settings


@contextmanager
def database_of(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    """Give a database of its own to a whole file of tests."""
    name = f"portes_{secrets.token_hex(4)}"
    admin(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield url_of(server, name)
    admin(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def open_doors(
    database_url: str, data_dir: Path, *, port: int = 0, **given: Any
) -> Iterator[Doors]:
    """Serve the real application, without its dialogue; every setting may be given."""
    port = port or free_port()
    settings = Settings(port=port, data_dir=data_dir, rate_limit="off", **given)
    clock = MovableClock()
    database = connect(database_url)
    parts: Any = SimpleNamespace(
        settings=settings,
        database=database,
        clock=clock,
        address_limiter=AddressLimiter(None),
        aiguillage=load_aiguillage(),
        replies=load_replies(),
        box=SecretBox(settings),
        provider=Provider(settings) if settings.oidc_issuer else None,
    )
    options = {
        "log_config": None,
        "access_log": False,
        "lifespan": "off",
        "timeout_graceful_shutdown": 1,
    }
    server = uvicorn.Server(uvicorn.Config(create_app(parts), port=port, **cast("Any", options)))

    async def serve() -> None:
        await server.serve()
        if parts.provider is not None:
            await parts.provider.close()
        await database.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{port}"
    try:
        yield Doors(url, cast("Any", None), database_url, data_dir, clock=clock, settings=settings)
    finally:
        server.should_exit = True
        thread.join(timeout=15)


@dataclass
class ProConnect:
    """The identity provider, in its own process."""

    url: str

    @property
    def settings(self) -> dict[str, str]:
        """What a service is told of it."""
        return {
            "oidc_issuer": f"{self.url}/api/v2",
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
        }

    def choose(self, mode: str = "", *, rotate: bool = False, **person: Any) -> dict[str, Any]:
        """Say who logs in and how it misbehaves; nobody is known to it any more."""
        wanted = {"mode": mode, "person": person, "rotate": rotate}
        told: dict[str, Any] = httpx2.post(f"{self.url}/essai", json=wanted).json()
        return told


@contextmanager
def start_proconnect(service: str, *options: str) -> Iterator[ProConnect]:
    """Start the provider of a service."""
    port = free_port()
    command = [sys.executable, "-m", "tests.api.proconnect", "--port", str(port), *options]
    process = subprocess.Popen([*command, "--service", service], cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx2.get(f"{url}/api/v2/jwks")
                break
            except httpx2.HTTPError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield ProConnect(url)
    finally:
        process.terminate()
        process.wait(timeout=15)
