"""The real parts, started once: PostgreSQL, Rasa, the web service; one database per test."""

import itertools
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy.engine import make_url

from api.postgres import EmbeddedPostgres, start_embedded
from api.rasa_process import free_port
from api.schema import migrate
from api.tickets.keys import hash_key

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = os.environ.get("ORIENTATION_CHROMIUM", "/usr/bin/chromium")
API_KEY = "cle-d-essai-des-conseillers-0123456789"
_MODELS = ROOT / ".donnees" / "modeles"
_READY = re.compile(r"^Prêt : (http://\S+)$")


@dataclass
class Service:
    """A running `orientation serve`."""

    url: str
    process: subprocess.Popen[str]
    database_url: str
    data_dir: Path
    output: list[str] = field(default_factory=list)

    def rasa_pid(self) -> int:
        """Process id of its Rasa child."""
        import psutil

        for child in psutil.Process(self.process.pid).children(recursive=True):
            if "launcher.py" in " ".join(child.cmdline()):
                return int(child.pid)
        raise AssertionError("no Rasa child")

    def log(self) -> str:
        """All that it printed, and all that it wrote in its logs."""
        files = self.data_dir.rglob("*.log")
        return "".join(self.output) + "".join(f.read_text(errors="replace") for f in files)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL of our own, thrown away at the end."""
    # A short path: a Unix socket's name is limited to about a hundred characters.
    directory = Path("/tmp") / f"orientation-{secrets.token_hex(4)}"  # noqa: S108
    directory.mkdir()
    server = start_embedded(directory / "pg")
    yield server
    server.stop()
    shutil.rmtree(directory, ignore_errors=True)


def admin(server: EmbeddedPostgres, statement: str) -> None:
    """Run an administration statement."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(statement)


def url_of(server: EmbeddedPostgres, name: str) -> str:
    """Return the address of a database of the server."""
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """A migrated database, empty, that each test copies."""
    admin(postgres, "CREATE DATABASE modele")
    migrate(url_of(postgres, "modele"))
    return "modele"


_numbers = itertools.count(1)


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    """A database of this test alone (a copy of the template: about 20 ms)."""
    name = f"essai_{next(_numbers)}"
    admin(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield url_of(postgres, name)
    admin(postgres, f"DROP DATABASE {name} WITH (FORCE)")


StartService = Callable[..., Service]


@contextmanager
def running_service(
    server: EmbeddedPostgres, data_dir: Path, **environment: str
) -> Iterator[Service]:
    """Start `orientation serve` as an operator would, wait for its « Prêt », stop it."""
    name = f"service_{next(_numbers)}"
    admin(server, f"CREATE DATABASE {name}")
    service = launch(data_dir, DATABASE_URL=url_of(server, name), **environment)
    try:
        yield service
    finally:
        service.process.send_signal(signal.SIGINT)
        service.process.wait(timeout=30)
        admin(server, f"DROP DATABASE {name} WITH (FORCE)")


def launch(data_dir: Path, *arguments: str, **environment: str) -> Service:
    """Start the service (or another command) in its own process and wait until it is ready."""
    data_dir.mkdir(parents=True, exist_ok=True)
    _MODELS.mkdir(parents=True, exist_ok=True)
    if not (data_dir / "modeles").exists():  # trained once for all
        (data_dir / "modeles").symlink_to(_MODELS)
    process = subprocess.Popen(
        [sys.executable, "-m", "api", *(arguments or ("serve",))],
        cwd=ROOT,
        env={
            **os.environ,
            "ORIENTATION_PORT": str(free_port()),
            "ORIENTATION_DATA_DIR": str(data_dir),
            "ORIENTATION_RATE_LIMIT": "off",
            "ORIENTATION_API_KEY": API_KEY,
            "ORIENTATION_MAIL_REPLY_TO": "reponse@exemple.fr",
            "ORIENTATION_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    service = Service("", process, environment.get("DATABASE_URL", ""), data_dir)
    threading.Thread(target=_read, args=(service,), daemon=True).start()
    deadline = time.monotonic() + 240
    while not service.url:
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError("".join(service.output))
        time.sleep(0.1)
    return service


def _read(service: Service) -> None:
    assert service.process.stdout is not None
    for line in service.process.stdout:
        service.output.append(line)
        match = _READY.match(line.strip())
        if match:
            service.url = match[1]


@pytest.fixture(scope="session")
def service(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service, started once for all the tests that only use it."""
    with running_service(postgres, tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture(scope="session")
def base_url(service: Service) -> str:
    """Address of the running service."""
    return service.url


@pytest.fixture
def client(service: Service) -> Iterator[httpx2.Client]:
    """An HTTP client of the running service."""
    with httpx2.Client(base_url=service.url, timeout=30) as opened:
        yield opened


STAFF = {
    "claire": "redacteur",
    "paul": "relecteur",
    "sofia": "responsable",
    "karim": "redacteur",
}


@pytest.fixture(scope="session")
def staff_keys(service: Service) -> dict[str, str]:
    """A key for each member of the staff, by first name."""
    return add_staff_keys(service)


def add_staff_keys(service: Service) -> dict[str, str]:
    """Give each member of the staff a key of a service."""
    keys = {name: f"cle-d-essai-de-{name}-0123456789" for name in STAFF}
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        for name, key in keys.items():
            connection.execute(
                "INSERT INTO api_key (key_hash, name, scopes) VALUES (%s, %s, %s)",
                (hash_key(key), name, [STAFF[name]]),
            )
    return keys


@pytest.fixture
def staff(service: Service, staff_keys: dict[str, str]) -> Iterator[dict[str, httpx2.Client]]:
    """An HTTP client for each member of the staff, by first name."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(
                httpx2.Client(
                    base_url=service.url,
                    timeout=30,
                    headers={"Authorization": f"Bearer {key}"},
                )
            )
            for name, key in staff_keys.items()
        }


@dataclass
class Chat:
    """An élu's conversation, through HTTP."""

    client: httpx2.Client
    id: str
    token: str
    greeting: list[dict[str, Any]]
    last: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, client: httpx2.Client, **body: object) -> "Chat":
        """Open a conversation."""
        created = client.post("/api/v1/conversations", json=body)
        assert created.status_code == 201, created.text
        data = created.json()
        return cls(client, data["id"], data["token"], data["messages"])

    @property
    def headers(self) -> dict[str, str]:
        """The conversation's own authorisation."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def path(self) -> str:
        """Address of the conversation."""
        return f"/api/v1/conversations/{self.id}"

    def post(self, key: str | None = None, **body: object) -> httpx2.Response:
        """Send a message and return the raw response."""
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        return self.client.post(f"{self.path}/messages", json=body, headers=headers)

    def say(self, text: str) -> dict[str, Any]:
        """Send a text and return the Turn."""
        return self._turn(self.post(text=text))

    def press(self, payload: str, label: str = "") -> dict[str, Any]:
        """Press a button and return the Turn."""
        return self._turn(self.post(payload=payload, label=label))

    def _turn(self, response: httpx2.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        self.last = response.json()
        return self.last


@pytest.fixture
def chat(client: httpx2.Client) -> Chat:
    """A new conversation."""
    return Chat.open(client)


@pytest.fixture(scope="session")
def content() -> dict[str, str]:
    """The content files of the project by name, an empty line below their heading."""
    folder = ROOT / "knowledge" / "contenu"
    return {
        path.relative_to(folder).as_posix(): re.sub(
            r"\n---\n(?!\n)", "\n---\n\n", path.read_text(encoding="utf-8"), count=1
        )
        for path in folder.glob("*/*.md")
    }
