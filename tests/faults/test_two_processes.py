"""Two processes share one base: what one publishes or withdraws, the other shows or hides."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest

from api.postgres import EmbeddedPostgres
from api.tickets.keys import hash_key
from tests.api.fiches import ROOT, act, published
from tests.conftest import STAFF, Service, launch, running_service

pytestmark = pytest.mark.rasa
ROUNDS = 6


@pytest.fixture
def pair(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[tuple[Service, Service]]:
    """Two services on one database."""
    with running_service(postgres, tmp_path / "un") as first:
        second = launch(tmp_path / "deux", DATABASE_URL=first.database_url)
        try:
            yield first, second
        finally:
            second.process.terminate()
            second.process.wait(timeout=30)


@pytest.fixture
def team(pair: tuple[Service, Service]) -> Iterator[dict[str, httpx2.Client]]:
    """Claire writes on the first service, Paul and Sofia act on the second."""
    with psycopg.connect(pair[0].database_url, autocommit=True) as connection:
        for name, role in STAFF.items():
            connection.execute(
                "INSERT INTO api_key (key_hash, name, scopes) VALUES (%s, %s, %s)",
                (hash_key(name), name, [role]),
            )
    clients = {
        name: httpx2.Client(
            base_url=pair[0 if name == "claire" else 1].url,
            timeout=30,
            headers={"Authorization": f"Bearer {name}"},
        )
        for name in STAFF
    }
    yield clients
    for client in clients.values():
        client.close()


class Watch(threading.Thread):
    """Searches and reads without end on one service, and notes what comes back from the dead."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.gone: set[str] = set()
        self.shown: set[str] = set()
        self.returned: list[str] = []
        self.errors: list[int] = []
        self.stopped = threading.Event()
        self._url = url

    def run(self) -> None:
        with httpx2.Client(base_url=self._url, timeout=30) as client:
            while not self.stopped.is_set():
                gone = set(self.gone)
                answer = client.get(ROOT, params={"q": "balade urbaine bourg", "limit": 50})
                if answer.status_code != 200:
                    self.errors.append(answer.status_code)
                    continue
                self.shown = {each["id"] for each in answer.json()["items"]}
                self.returned += sorted(self.shown & gone)
                self.returned += [id_ for id_ in gone if _status(client, id_) == 200]


def _status(client: httpx2.Client, resource_id: str) -> int:
    return client.get(f"{ROOT}/{resource_id}").status_code


def wait_for(readers: list[httpx2.Client], resource_id: str, *, status: int) -> None:
    """Wait until every service answers so."""
    deadline = time.monotonic() + 20
    while any(_status(reader, resource_id) != status for reader in readers):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _withdraw(team: dict[str, httpx2.Client], resource_id: str, number: int) -> None:
    """Archive a resource, or delete it, in turn."""
    if number % 2:
        assert act(team["paul"], resource_id, "archive").status_code == 200
    else:
        assert team["sofia"].delete(f"{ROOT}/{resource_id}").status_code == 204


def test_what_is_withdrawn_never_comes_back_under_load(
    pair: tuple[Service, Service], team: dict[str, httpx2.Client]
) -> None:
    watches = [Watch(service.url) for service in pair for _ in range(2)]
    for watch in watches:
        watch.start()
    readers = [httpx2.Client(base_url=service.url, timeout=30) for service in pair]
    for number in range(ROUNDS):
        resource_id = published(team)["id"]
        wait_for(readers, resource_id, status=200)
        _withdraw(team, resource_id, number)
        wait_for(readers, resource_id, status=404)
        for watch in watches:
            watch.gone.add(resource_id)
        # Another publication makes both indexes be built again, the withdrawn one left out.
        kept = published(team)["id"]
        wait_for(readers, kept, status=200)
    for watch in watches:
        watch.stopped.set()
        watch.join()
        assert watch.shown
        assert (watch.returned, watch.errors) == ([], [])
