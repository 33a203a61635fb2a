"""Rules proposed by one, published by another after its effect is shown, then gone back from."""

import io
import json
import re
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

from api.cli import app
from api.database import Database, connect
from api.postgres import EmbeddedPostgres
from api.regles.difference import difference
from api.regles.keeper import ReglesKeeper
from api.regles.repository import EnService
from api.regles.service import outdated
from assistant.sources import Knowledge
from knowledge.orientation.check import References
from knowledge.orientation.effet import compare_regles, load_temoins, witnesses
from knowledge.orientation.jeu import check_set, read_set, shipped_files
from knowledge.orientation.loader import REGLES_DIR, load_regles
from knowledge.orientation.regle import Regle
from knowledge.resources.resource import french_today
from knowledge.search.engine import SearchEngine
from knowledge.territoires.base import TerritoireBase
from tests.api.console import enter
from tests.api.redaction import words
from tests.api.regles import (
    ASKED,
    FILE,
    HOME,
    decide,
    fresh_name,
    go_back,
    press,
    propose,
    route_of,
    shipped,
    without_rule,
)
from tests.conftest import Service, running_service

FILES = sorted(path.name for path in REGLES_DIR.glob("*.yml"))


@pytest.fixture(scope="module")
def apart(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service of its own: where it leads élus changes."""
    with running_service(postgres, tmp_path_factory.mktemp("regles")) as started:
        yield started


@pytest.fixture
def sofia(apart: Service) -> Iterator[httpx2.Client]:
    with enter(apart, fresh_name("Sofia"), "responsable") as client:
        yield client


@pytest.fixture
def paul(apart: Service) -> Iterator[httpx2.Client]:
    with enter(apart, fresh_name("Paul"), "relecteur") as client:
        yield client


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


def wait_for_route(service: Service, route: str, *, led: bool) -> float:
    """Wait until a message leads there, or no more; return how long it took."""
    started = time.monotonic()
    while (route_of(service) == route) != led:
        assert time.monotonic() - started < 60
    return time.monotonic() - started


@pytest.mark.rasa
def test_what_is_wrong_is_said_in_french_and_nothing_is_proposed(sofia: httpx2.Client) -> None:
    shown = sofia.get(FILE)
    broken = (
        shipped().replace("rang: 155", "rangs: 155").replace("duree: ponctuelle", "duree: courte")
    )
    refused = press(sofia, shown, "proposer", texte=broken, raison="Essai")
    told = words(refused)
    assert refused.status_code == 422
    assert "ateliers.yml, ligne" in told
    assert "règle « ateliers-nommes »" in told
    assert "la clé « rangs » n’existe pas. Vouliez-vous dire « rang »" in told
    assert "« courte » n’est pas un mot connu." in told
    # An example that its own rules would no longer hold is refused too.
    silent = shipped().replace("chercher_actualite, chercher_experience", "chercher_experience")
    assert "mais la règle" in words(press(sofia, shown, "voir", texte=silent))
    same = press(sofia, shown, "voir")
    assert (same.status_code, "rien ne changerait" in same.text) == (422, True)
    assert "Aucune proposition n’attend" in sofia.get(HOME).text


@pytest.mark.rasa
def test_a_change_is_shown_proposed_published_by_another_and_undone_in_one_click(
    apart: Service, sofia: httpx2.Client, paul: httpx2.Client
) -> None:
    assert route_of(apart) == "ateliers"
    # Pressed at once, « Proposer » shows the effect first.
    hasty = press(sofia, sofia.get(FILE), "proposer", texte=without_rule(shipped()), raison="Large")
    told = words(hasty)
    assert "Rien n’est encore proposé" in told
    assert ASKED in told.partition("perdu")[2]
    assert "Proposer malgré tout" in told
    page = propose(sofia, without_rule(shipped()))
    alone = decide(sofia, page, "publier")
    assert (alone.status_code, "une autre personne doit la publier" in alone.text) == (409, True)
    shown = words(paul.get(page))
    assert ASKED in shown.partition("perdu")[2]
    assert "retiré : - id: ateliers-evoques" in shown
    assert route_of(apart) == "ateliers"
    assert decide(paul, page, "publier").headers["location"].endswith("?fait=publier")
    wait_for_route(apart, "ateliers", led=False)
    part = httpx2.get(f"{apart.url}/readyz").json()["parties"]["orientation"]
    assert (part["pret"], part["version"] > 0, part["ecart"]) == (True, True, None)
    assert "ateliers-evoques" not in paul.get("/orientation/regles").text
    again = decide(paul, page, "publier")
    assert (again.status_code, "n’attend plus de décision" in again.text) == (409, True)
    assert "(réécrit ici)" in words(paul.get(HOME))
    # The product's own file is one click away, and its whole effect is shown first.
    product = words(paul.get(f"{HOME}/versions/0"))
    assert "ajouté : - id: ateliers-evoques" in product
    assert go_back(paul, 0).headers["location"].endswith("?fait=retabli")
    wait_for_route(apart, "ateliers", led=True)
    home = words(sofia.get(HOME))
    assert "est revenu aux règles du produit" in home
    assert "a publié la proposition" in home
    late = go_back(paul, 0)
    assert (late.status_code, "déjà en service" in late.text) == (409, True)
    journal = sofia.get("/console/journal").text
    for gesture in ("a proposé une modification", "a publié des règles", "est revenu à des règles"):
        assert gesture in journal


@pytest.mark.rasa
def test_a_proposal_written_before_another_was_published_overwrites_nothing(
    sofia: httpx2.Client, paul: httpx2.Client
) -> None:
    text = paul.get(FILE)
    assert text.status_code == 200
    first = propose(sofia, without_rule(shipped()))
    second = propose(sofia, shipped().replace("en peu de séances.", "en trois séances."))
    assert decide(paul, first, "publier").status_code == 303
    late = decide(paul, second, "publier")
    assert (late.status_code, "reprenez-la sur le texte" in late.text) == (409, True)
    assert decide(paul, second, "refuser").status_code == 409
    refused = decide(paul, second, "refuser", reponse="À reprendre")
    assert refused.headers["location"].endswith("?fait=refuser")
    assert "À reprendre" in sofia.get(second).text
    assert go_back(sofia, 0).status_code == 303


@pytest.mark.rasa
def test_only_who_proposed_takes_it_back_and_a_writer_only_reads(
    apart: Service, sofia: httpx2.Client, paul: httpx2.Client
) -> None:
    page = propose(sofia, without_rule(shipped()))
    assert decide(paul, page, "retirer").status_code == 409
    assert decide(sofia, page, "retirer").headers["location"].endswith("?fait=retirer")
    with enter(apart, fresh_name("Claire"), "redacteur") as claire:
        shown = claire.get(FILE)
        assert (
            shown.status_code,
            "<form" in shown.text.partition("<main")[2].partition("</main>")[0],
        ) == (200, False)
        csrf = re.search(r'name="csrf" value="(\w+)"', claire.get(HOME).text)
        data = {"csrf": csrf[1] if csrf else "", "texte": shipped(), "geste": "voir"}
        assert claire.post(FILE, data=data).status_code == 403
        assert claire.post(f"{page}/publier", data=data).status_code == 403
    for missing in ("fichiers/inconnu.yml", "propositions/999999", "versions/999999"):
        assert sofia.get(f"{HOME}/{missing}").status_code == 404


@pytest.mark.rasa
def test_the_files_in_service_are_handed_over_as_the_project_holds_them(
    apart: Service, sofia: httpx2.Client, paul: httpx2.Client, tmp_path: Path
) -> None:
    def handed() -> dict[str, str]:
        with zipfile.ZipFile(io.BytesIO(sofia.get(f"{HOME}/regles.zip").content)) as files:
            return {Path(name).name: files.read(name).decode("utf-8") for name in files.namelist()}

    assert handed() == shipped_files()
    assert decide(paul, propose(sofia, without_rule(shipped())), "publier").status_code == 303
    changed = shipped_files() | {"ateliers.yml": without_rule(shipped())}
    assert handed() == changed
    environment = {"DATABASE_URL": apart.database_url, "ORIENTATION_DATA_DIR": str(tmp_path)}
    arguments = ["regles", "exporter", "--dossier", str(tmp_path / "regles")]
    done = CliRunner().invoke(app, arguments, env=environment)
    assert done.exit_code == 0, done.output
    assert shipped_files(tmp_path / "regles") == changed
    checked = CliRunner().invoke(app, ["regles", "check", str(tmp_path / "regles"), "--json"])
    assert [each for each in json.loads(checked.output) if each["gravite"] == "bloquant"] == []
    assert go_back(paul, 0).status_code == 303


async def test_rules_that_this_version_cannot_read_leave_the_product_s_and_say_so(
    database: Database,
) -> None:
    knowledge = Knowledge(SearchEngine(), TerritoireBase([]), load_regles())
    keeper = ReglesKeeper(database, knowledge)
    write(database.url, {"ateliers.yml": without_rule(shipped())})
    await keeper.load()
    assert (keeper.serving, keeper.trouble) == (1, False)
    assert "ateliers-evoques" not in {each.id for each in knowledge.regles}
    write(database.url, {"ateliers.yml": "- id: rien\n"})
    await keeper.load()
    assert (keeper.serving, keeper.trouble) == (0, True)
    assert tuple(knowledge.regles) == load_regles()
    write(database.url, {"parti.yml": "- id: rien\n"})
    await keeper.load()
    assert (keeper.serving, keeper.trouble) == (3, False)


def write(url: str, files: dict[str, str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO regles_version (geste, fichiers, livres, par)"
            " VALUES ('publication', %s, '{}', 'Paul')",
            (Jsonb(files),),
        )


def test_a_file_that_the_product_changed_since_is_told() -> None:
    current = EnService(1, {"ateliers.yml": "…"}, {"ateliers.yml": "autre", "parti.yml": "x"})
    assert outdated(current) == ["ateliers.yml", "parti.yml"]
    assert outdated(EnService()) == []


def test_what_a_change_does_to_the_examples_is_told_apart() -> None:
    before = load_regles()
    after = read_set({"ateliers.yml": without_rule(shipped())})
    asked = [
        (temoin, exemple.quand.to_situation())
        for regle in before
        for exemple in regle.exemples
        for temoin in witnesses([regle])
        if temoin.texte == exemple.phrase
    ]
    effect = compare_regles(asked, before, after)
    assert ASKED in {" ".join(each.temoin.texte.split()) for each in effect.perdus}
    assert effect.bien_avant - effect.bien_apres == len(effect.perdus)
    back = compare_regles(asked, after, before)
    assert back.gagnes
    assert not back.perdus
    assert compare_regles(asked, before, before).is_nil
    renamed = [_renamed(each) if each.id == "ateliers-evoques" else each for each in before]
    assert {each.regle_apres for each in compare_regles(asked, before, renamed).autrement} == {
        "neuf"
    }


def _renamed(regle: Regle) -> Regle:
    return regle.model_copy(update={"id": "neuf"})


def test_the_product_s_own_set_is_well_and_its_witnesses_are_known_routes() -> None:
    assert check_set({}, References(french_today())) == []
    assert len(load_temoins()) > 40
    assert len({each.route for each in load_temoins()}) == 8
    assert sorted(shipped_files()) == FILES


def test_a_difference_is_told_line_by_line_with_its_neighbours() -> None:
    before = "\n".join("abcdefgh")
    told = difference(before, before.replace("e", "E"))
    assert [(each.genre, each.texte) for each in told] == [
        ("coupe", ""),
        ("garde", "c"),
        ("garde", "d"),
        ("retire", "e"),
        ("ajoute", "E"),
        ("garde", "f"),
        ("garde", "g"),
    ]
    assert difference(before, before) == []
