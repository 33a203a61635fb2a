"""What an élu sees, and what is kept, when a part of the service dies."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from sqlalchemy.engine import make_url

from api.postgres import EmbeddedPostgres
from tests.conftest import Chat, Service, admin, launch, running_service

pytestmark = pytest.mark.rasa
QUESTION = "Comment lancer un budget participatif dans une commune de 2 000 habitants ?"


@pytest.fixture
def own(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Service]:
    """A service of this test alone: it is about to suffer."""
    with running_service(postgres, tmp_path / "donnees") as started:
        yield started


@pytest.fixture
def own_chat(own: Service) -> Iterator[Chat]:
    with httpx2.Client(base_url=own.url, timeout=40) as client:
        yield Chat.open(client)


def wait_until_ready(service: Service, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if httpx2.get(f"{service.url}/readyz", timeout=5).status_code == 200:
            return
        time.sleep(0.2)
    raise AssertionError("not ready again")


def test_rasa_killed_in_the_middle_of_a_form(own: Service, own_chat: Chat) -> None:
    asked: dict[str, Any] = own_chat.say("Nous voulons être accompagnés dans notre démarche")
    assert asked["dialogue"]["question"] is not None
    os.kill(own.rasa_pid(), signal.SIGKILL)

    degraded: dict[str, Any] = own_chat.say(f"Je suis maire d'Auch. {QUESTION}")
    assert degraded["outcome"] == "degraded"
    assert degraded["human_offered"] is True
    assert degraded["resources"]
    assert degraded["dialogue"]["territoire_code"] == "32013"

    handover = own_chat.client.post(
        f"{own_chat.path}/handover",
        json={"courriel": "mairie@exemple.fr", "envoyer": True, "consentement": True},
        headers=own_chat.headers,
    ).json()
    assert handover["ticket"]["reference"]

    wait_until_ready(own)
    back: dict[str, Any] = own_chat.say("Des exemples de conseils de jeunes ?")
    assert back["outcome"] in ("answered", "clarified")
    assert back["dialogue"]["territoire_code"] == "32013"


def test_rasa_that_hangs_is_cut_and_the_elu_answered(own: Service, own_chat: Chat) -> None:
    pid = own.rasa_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        turn: dict[str, Any] = own_chat.say(QUESTION)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert turn["outcome"] == "degraded"
    assert turn["resources"]


def test_a_message_survives_the_death_of_the_service(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    with running_service(postgres, tmp_path / "d") as first:
        url = first.database_url
        with httpx2.Client(base_url=first.url, timeout=40) as client:
            chat = Chat.open(client)
            os.kill(first.rasa_pid(), signal.SIGSTOP)  # the turn will be under way
            sending = threading.Thread(target=_send_and_lose, args=(chat,))
            sending.start()
            time.sleep(1.5)
            first.process.kill()
            sending.join()
        second = launch(tmp_path / "d", DATABASE_URL=url)
        try:
            with httpx2.Client(base_url=second.url, timeout=40) as client:
                chat.client = client
                history = client.get(chat.path, headers=chat.headers).json()
                assert [m["text"] for m in history["messages"][1:]] == [QUESTION]
                answer = chat.post(key="perdu", text=QUESTION).json()
                assert answer["resources"]
                history = client.get(chat.path, headers=chat.headers).json()
                assert [m["author"] for m in history["messages"]] == [
                    "assistant",
                    "elu",
                    "assistant",
                ]
        finally:
            second.process.send_signal(signal.SIGINT)
            second.process.wait(30)


def _send_and_lose(chat: Chat) -> None:
    try:
        chat.post(key="perdu", text=QUESTION)
    except httpx2.HTTPError:
        return


def test_database_gone_then_back(own: Service, own_chat: Chat, postgres: EmbeddedPostgres) -> None:
    own_chat.say("Je suis maire d'Auch, bonjour")
    name = str(make_url(own.database_url).database)
    admin(postgres, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    admin(
        postgres,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"  # noqa: S608
        f" WHERE datname = '{name}' AND pid <> pg_backend_pid()",
    )
    try:
        refused = own_chat.post(text=QUESTION)
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["retry-after"]
        assert "n’est pas effacé" in refused.json()["detail"]
        assert httpx2.get(f"{own.url}/healthz").status_code == 200
        assert httpx2.get(f"{own.url}/readyz").status_code == 503
    finally:
        admin(postgres, f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    wait_until_ready(own)
    turn: dict[str, Any] = own_chat.say(QUESTION)
    assert turn["dialogue"]["territoire_code"] == "32013"
    assert turn["resources"]


def test_database_full(own: Service, own_chat: Chat) -> None:
    import psycopg

    with psycopg.connect(own.database_url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION plein() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER plein BEFORE INSERT ON conversation_item EXECUTE FUNCTION plein()"
        )
        refused = own_chat.post(text=QUESTION)
        connection.execute("DROP TRIGGER plein ON conversation_item")
    assert refused.status_code == 503
    assert own_chat.post(text=QUESTION).status_code == 200


def test_every_child_ends_with_the_service(tmp_path: Path) -> None:
    """Even killed: neither Rasa nor the embedded PostgreSQL stays behind."""
    service = launch(tmp_path / "d")
    children = psutil.Process(service.process.pid).children(recursive=True)
    postmaster = int((tmp_path / "d/postgres/postmaster.pid").read_text().splitlines()[0])
    assert psutil.pid_exists(postmaster)
    service.process.kill()
    _, alive = psutil.wait_procs(children, timeout=15)
    assert not alive
    deadline = time.monotonic() + 15
    while psutil.pid_exists(postmaster) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not psutil.pid_exists(postmaster)


def test_ctrl_c_stops_everything_even_with_an_open_stream(tmp_path: Path) -> None:
    service = launch(tmp_path / "d")
    children = psutil.Process(service.process.pid).children(recursive=True)
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        chat = Chat.open(client)
        with client.stream("GET", f"{chat.path}/events", headers=chat.headers) as stream:
            lines = stream.iter_lines()
            assert next(lines) == ": ok"
            service.process.send_signal(signal.SIGINT)
            assert "event: bye" in list(lines)
    assert service.process.wait(20) == 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def test_two_instances_side_by_side(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    with (
        running_service(postgres, tmp_path / "a") as one,
        running_service(postgres, tmp_path / "b") as two,
    ):
        for each in (one, two):
            with httpx2.Client(base_url=each.url, timeout=30) as client:
                assert Chat.open(client).say("bonjour")["outcome"] == "social"
