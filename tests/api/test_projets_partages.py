"""Advisors see which collectivités ask about the same theme, with the numbers and the mention."""

import csv
import io
import secrets
from datetime import UTC, datetime
from typing import Any

import httpx2
import psycopg
import pytest

from tests.api.console import enter
from tests.api.redaction import words
from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Chat, Service

pytestmark = pytest.mark.rasa
PATH = "/api/v1/projets-partages/candidats"
PAGE = "/console/territoires/projets-partages"
THEME = "tiers-lieu"


def candidates(client: httpx2.Client, **params: str) -> dict[str, Any]:
    response = client.get(PATH, params=params, headers=KEY)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_three_neighbours_on_one_theme_are_proposed_with_their_numbers(
    client: httpx2.Client,
) -> None:
    since = datetime.now(UTC).isoformat()
    for code in ("32013", "32107", "32256", "32013"):
        create(client, territoire_code=code, themes=[THEME, "culture"])
    create(client, territoire_code="75056", themes=[THEME])
    create(client, territoire_code=None, themes=[THEME])
    Chat.open(client).say("Comment ouvrir un tiers-lieu dans une commune de 900 habitants ?")
    body = candidates(client, theme=THEME, depuis=since)
    (found,) = body["items"]
    assert found["theme"] == THEME
    assert (found["demandes"], found["collectivites"]) == (5, 4)
    assert found["conversations"] >= 1
    (groupe,) = found["groupes"]
    assert (groupe["lien"], groupe["code"], groupe["demandes"]) == ("meme_departement", "32", 4)
    assert {each["nom"] for each in groupe["collectivites"]} == {"Auch", "Condom", "Mirande"}
    assert groupe["population"]["max"] > groupe["population"]["min"] > 0
    assert "L311-3-1" in body["mention"]
    assert any("même département" in each for each in body["regles"])
    assert "{" not in "".join(body["regles"])


def test_the_period_bounds_what_is_read(client: httpx2.Client) -> None:
    for code in ("32013", "32107", "32256"):
        create(client, territoire_code=code, themes=["bénévolat"])
    assert candidates(client, theme="bénévolat")["items"]
    assert not candidates(client, theme="bénévolat", jusque="2020-01-01T00:00:00Z")["items"]
    wrong = {"depuis": "2026-02-01T00:00:00Z", "jusque": "2026-01-01T00:00:00Z"}
    refused = client.get(PATH, params=wrong, headers=KEY)
    assert refused.status_code == 422
    assert "période" in refused.json()["detail"]


def test_only_advisors_read_it(client: httpx2.Client, staff: dict[str, httpx2.Client]) -> None:
    assert client.get(PATH).status_code == 401
    assert staff["claire"].get(PATH).status_code == 403


def test_a_place_bounds_who_is_brought_together(client: httpx2.Client) -> None:
    for code in ("32013", "32107", "32256", "31555", "31149", "29232"):
        create(client, territoire_code=code, themes=["alimentation"])

    def counted(**place: str) -> list[int]:
        items = candidates(client, theme="alimentation", **place)["items"]
        return [each["collectivites"] for each in items]

    assert counted(departement="32") == [3]
    assert counted(region="76") == [5]
    assert counted(departement="29") == []
    refused = client.get(PATH, params={"departement": "99"}, headers=KEY)
    assert (refused.status_code, refused.json()["champs"]) == (422, ["departement"])


def test_a_merged_request_counts_once_and_each_is_named(client: httpx2.Client) -> None:
    mail = f"mairie.{secrets.token_hex(4)}@exemple.fr"
    made = [
        create(client, territoire_code=code, themes=["santé"], courriel=mail)
        for code in ("50129", "50218", "50147", "50147")
    ]
    into = {"reference": made[2]["reference"]}
    client.post(path(made[3], "/merge"), json=into, headers=KEY | {"If-Match": "*"})
    (found,) = candidates(client, theme="santé", departement="50")["items"]
    assert found["demandes"] == 3
    told = [name for each in found["groupes"][0]["collectivites"] for name in each["references"]]
    assert sorted(told) == sorted(each["reference"] for each in made[:3])


def test_the_team_reads_the_page_and_takes_the_file_without_a_contact(
    client: httpx2.Client, service: Service
) -> None:
    made = [
        create(client, territoire_code=code, themes=["logement"], nom="Jeanne Roux")
        for code in ("18033", "18279", "18205")
    ]
    query = {"theme": "logement", "departement": "18"}
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as claire:
        page = claire.get(PAGE, params=query)
        assert page.status_code == 200
        told = words(page)
        for expected in (
            "Logement",
            "3 demandes",
            "Même département : Cher",
            "Bourges",
            "moins de 5 conversations",
            "L311-3-1",
            "fois les habitants de la moins peuplée",
        ):
            assert expected in told, expected
        answer = claire.get(f"{PAGE}.csv", params=query)
    assert answer.headers["cache-control"] == "no-store"
    lines = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";")
    head, *rows = list(lines)
    assert head[:4] == ["Thème", "Rang du groupe", "Lien", "Collectivité"]
    assert {row[-1] for row in rows[:3]} == {each["reference"] for each in made}
    assert {row[3] for row in rows[:3]} == {"Bourges", "Vierzon", "Saint-Doulchard"}
    assert "L311-3-1" in answer.text
    for secret in (str(BODY["courriel"]), "Jeanne Roux", str(BODY["besoin"])):
        assert secret not in page.text + answer.text


@pytest.mark.parametrize(
    "query", [{"theme": "licornes"}, {"departement": "99"}, {"region": "x"}, {"depuis": "hier"}]
)
def test_a_page_asked_wrongly_says_so(service: Service, query: dict[str, str]) -> None:
    with enter(service, f"Paul {secrets.token_hex(4)}", "responsable") as paul:
        wrong = paul.get(PAGE, params=query)
        assert wrong.status_code == 422
        assert "n’est pas lisible" in words(wrong)


def test_each_reading_is_written_in_the_access_log(service: Service) -> None:
    nom = f"Rose {secrets.token_hex(4)}"
    with enter(service, nom, "responsable") as rose:
        rose.get(PAGE)
        rose.get(f"{PAGE}.csv")
        assert "a lu les projets partagés possibles" in rose.get("/console/journal").text
    with psycopg.connect(service.database_url) as connection:
        found = connection.execute(
            "SELECT action FROM acces_journal WHERE who = %s", (f"compte:{nom}",)
        ).fetchall()
    assert found == [("lire_projets_partages",)] * 2
