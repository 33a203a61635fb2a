"""Two services and two dialogue engines on one base: a conversation goes from one to the other."""

import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx2
import psycopg
import pytest

from api.postgres import EmbeddedPostgres
from api.rasa_process import free_port
from api.tickets.keys import hash_key
from tests.api.fiches import ROOT as RESOURCES
from tests.api.fiches import published
from tests.api.tickets import KEY
from tests.conftest import STAFF, Chat, Service, admin, launch, url_of
from tests.faults.test_two_processes import wait_for

pytestmark = pytest.mark.rasa


@dataclass
class Cluster:
    """The services, the dialogue engines that both use, and their database."""

    services: list[Service]
    engines: list[Service]
    database_url: str


def stop(process: Service) -> None:
    process.process.send_signal(signal.SIGINT)
    process.process.wait(timeout=30)


@pytest.fixture(scope="module")
def cluster(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Started once for this file: each engine calls back another service."""
    folder = tmp_path_factory.mktemp("grappe")
    admin(postgres, "CREATE DATABASE grappe")
    ports = [free_port() for _ in range(4)]
    common = {
        "DATABASE_URL": url_of(postgres, "grappe"),
        "ORIENTATION_INTERNAL_TOKEN": secrets.token_urlsafe(16),
        "RASA_URL": f"http://127.0.0.1:{ports[2]}, http://127.0.0.1:{ports[3]}/",
    }
    with ExitStack() as stack:
        engines = []
        for actions, port in zip(ports[:2], ports[2:], strict=True):
            arguments = ("--actions", f"http://127.0.0.1:{actions}/actions", "--port", str(port))
            engines.append(launch(folder / "dialogue", "dialogue", *arguments, **common))
            stack.callback(stop, engines[-1])
        services = []
        for port in ports[:2]:
            own = {"ORIENTATION_INTERNAL_PORT": str(port)}
            services.append(launch(folder / f"service-{port}", **common, **own))
            stack.callback(stop, services[-1])
        yield Cluster(services, engines, common["DATABASE_URL"])
    admin(postgres, "DROP DATABASE grappe WITH (FORCE)")


class Alternating(Chat):
    """A conversation whose turns alternate between the services."""

    clients: list[httpx2.Client]

    def post(self, key: str | None = None, **body: object) -> httpx2.Response:
        self.client = self.clients[self.clients.index(self.client) - 1]
        return super().post(key, **body)


@pytest.fixture
def chat(cluster: Cluster) -> Iterator[Alternating]:
    with ExitStack() as stack:
        clients = [
            stack.enter_context(httpx2.Client(base_url=each.url, timeout=40))
            for each in cluster.services
        ]
        opened = Alternating.open(clients[0])
        assert isinstance(opened, Alternating)
        opened.clients = clients
        yield opened


def test_a_form_goes_on_whichever_process_answers(chat: Alternating) -> None:
    """Ten turns: each service and each engine takes its share, nothing is asked twice."""
    first = chat.say("Nous sommes maire d'Auch et voulons être accompagnés")
    assert first["dialogue"]["question"] == "duree"
    between = chat.say("Au fait, c'est quoi un budget participatif ?")
    assert between["resources"]
    assert between["dialogue"]["question"] == "duree"
    settled = chat.say("dans la durée")
    assert settled["orientation"]["route"] == "territoires_engagement"
    asked = chat.say("Je voudrais parler à un conseiller")
    assert asked["dialogue"]["question"] == "contact"
    aside = chat.say("Et quel délai pour une réponse ?")
    assert aside["outcome"] != "degraded"
    confirmed = chat.say("mairie@exemple.fr")
    assert confirmed["dialogue"]["question"] == "confirmation"
    for corrected in ("mairie-auch@exemple.fr", "accueil@exemple.fr"):
        assert chat.say(f"non, plutôt {corrected}")["dialogue"]["question"] == "confirmation"
    sent = chat.say("oui, envoyez")
    assert sent["outcome"] == "handed_over"
    later = chat.say("Des exemples près de chez nous ?")
    assert later["dialogue"]["territoire_code"] == "32013"
    assert later["ticket"]["reference"] == sent["ticket"]["reference"]


def test_an_answer_reaches_the_widget_of_the_other_process(chat: Alternating) -> None:
    chat.say("Je voudrais parler à un conseiller au sujet d'un tiers-lieu")
    chat.say("mairie@exemple.fr")
    reference = chat.say("oui, envoyez")["ticket"]["reference"]
    here, there = chat.clients
    connected, received = threading.Event(), threading.Event()

    def listen() -> None:
        with there.stream("GET", f"{chat.path}/events", headers=chat.headers) as stream:
            for line in stream.iter_lines():
                connected.set()
                if "Voici ma réponse." in line:
                    received.set()
                    return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert connected.wait(20)
    reply = {"body": "Voici ma réponse.", "visibility": "public"}
    sent = here.post(f"/api/v1/tickets/{reference}/messages", json=reply, headers=KEY)
    assert sent.status_code == 201, sent.text
    assert received.wait(20)
    listener.join(20)


def test_a_publication_is_searched_by_both(cluster: Cluster, chat: Alternating) -> None:
    with psycopg.connect(cluster.database_url, autocommit=True) as connection:
        for name, role in STAFF.items():
            connection.execute(
                "INSERT INTO api_key (key_hash, name, scopes) VALUES (%s, %s, %s)",
                (hash_key(name), name, [role]),
            )
    with ExitStack() as stack:
        staff = {
            name: stack.enter_context(
                httpx2.Client(
                    base_url=cluster.services[0].url,
                    timeout=30,
                    headers={"Authorization": f"Bearer {name}"},
                )
            )
            for name in STAFF
        }
        fiche = published(staff, title="Veillée des moulins : raconter la rivière ensemble")
    wait_for(chat.clients, fiche["id"], status=200)
    for client in chat.clients:
        found = client.get(RESOURCES, params={"q": "veillée des moulins rivière"}).json()["items"]
        assert found[0]["id"] == fiche["id"]


def test_one_engine_dies_and_no_turn_is_degraded(cluster: Cluster, chat: Alternating) -> None:
    """Last of the file: the engine does not come back."""
    chat.say("Je suis maire d'Auch, nous voulons être accompagnés")
    stop(cluster.engines[0])
    answers = [chat.say("dans la durée"), *(chat.say("Et ailleurs ?") for _ in range(3))]
    assert [each["outcome"] for each in answers if each["outcome"] == "degraded"] == []
    assert answers[0]["orientation"]["route"] == "territoires_engagement"
    for client in chat.clients:
        assert client.get("/readyz").status_code == 200
