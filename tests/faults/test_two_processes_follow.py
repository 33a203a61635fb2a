"""Two processes share one base: the model promoted and the rules published in one serve in both."""

import time
from collections.abc import Callable, Iterator

import httpx2
import psycopg
import pytest

from api.postgres import EmbeddedPostgres
from tests.api.console import enter, submit
from tests.api.regles import HOME as RULES
from tests.api.regles import (
    decide,
    fresh_name,
    go_back,
    propose,
    route_of,
    shipped,
    without_rule,
)
from tests.conftest import Chat, Service, launch, running_service

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]
TRAINING = "/redaction/entrainement"
STICKERS = "zou les gommettes de vote du fablab dracenois"
# Real training, of few sentences: the gate that would refuse so poor a model is set aside.
GATE = """
perte_totale: 100
perte_par_intention: 100
phrases_par_intention: 12
modeles_gardes: 2
"""


@pytest.fixture(scope="module")
def pair(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Service]]:
    """Two services on one database, and one folder of models."""
    folder = tmp_path_factory.mktemp("paire")
    for name in ("un", "deux", "modeles"):
        (folder / name).mkdir()
    for name in ("un", "deux"):
        (folder / name / "porte.yml").write_text(GATE, encoding="utf-8")
        (folder / name / "modeles-console").symlink_to(folder / "modeles")
    with running_service(postgres, folder / "un") as first:
        second = launch(folder / "deux", DATABASE_URL=first.database_url)
        try:
            yield first, second
        finally:
            second.process.terminate()
            second.process.wait(timeout=30)


def wait_until(true: Callable[[], bool], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def understood(service: Service) -> str:
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        turn = Chat.open(client).say(STICKERS)
    return str(turn["understanding"]["intent"])


def serving(service: Service) -> object:
    parts = httpx2.get(f"{service.url}/readyz", timeout=30).json()["parties"]
    return parts["comprehension"]["modele"]


def trained(service: Service, who: httpx2.Client) -> int:
    """Train a model from the console, for real; return its number."""
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO phrase_apprise (texte, intention, par)"
            " VALUES (%s, 'proposer_ressource', 'Claire, Paul')",
            (STICKERS,),
        )
        asked = submit(who, TRAINING, version="0")
        number = int(asked.headers["location"].partition("?")[0].rpartition("/")[2])
        state = "SELECT etat FROM modele_intentions WHERE id = %s"
        wait_until(
            lambda: connection.execute(state, (number,)).fetchone() == ("candidat",), seconds=300
        )
    return number


def test_a_model_promoted_in_one_understands_in_the_other_without_a_restart(
    pair: tuple[Service, Service],
) -> None:
    first, second = pair
    with enter(first, fresh_name("Paul"), "relecteur") as paul:
        number = trained(first, paul)
        assert [serving(each) for each in pair] == ["livre", "livre"]
        done = submit(paul, f"{TRAINING}/{number}", f"{TRAINING}/{number}/promouvoir")
        assert done.headers["location"].endswith("?fait=promu")
    wait_until(lambda: [serving(each) for each in pair] == [number, number])
    assert [understood(each) for each in pair] == ["proposer_ressource"] * 2
    with enter(second, fresh_name("Sofia"), "responsable") as sofia:
        back = submit(sofia, TRAINING, f"{TRAINING}/retablir", modele="livre")
        assert back.headers["location"].endswith("?fait=retabli")
    wait_until(lambda: [serving(each) for each in pair] == ["livre", "livre"])
    assert "proposer_ressource" not in {understood(each) for each in pair}


def test_rules_published_in_one_orient_in_the_other_without_a_restart(
    pair: tuple[Service, Service],
) -> None:
    first, second = pair
    assert [route_of(each) for each in pair] == ["ateliers", "ateliers"]
    with (
        enter(first, fresh_name("Claire"), "relecteur") as claire,
        enter(second, fresh_name("Rose"), "responsable") as rose,
    ):
        page = propose(claire, without_rule(shipped()))
        assert decide(rose, page, "publier").status_code == 303
        wait_until(lambda: "ateliers" not in {route_of(each) for each in pair})
        assert "réécrit ici" in claire.get(RULES).text
        assert go_back(claire, 0).status_code == 303
        wait_until(lambda: [route_of(each) for each in pair] == ["ateliers", "ateliers"])
