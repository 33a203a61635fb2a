"""The rights of a person, the register and the access log, in the console without JavaScript."""

import csv
import io
import json
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import psycopg
import pytest

from tests.api.console import enter, submit
from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Chat, Service

PAGE = "/console/personne"


@pytest.fixture
def nom() -> str:
    return f"Rose Responsable {secrets.token_hex(3)}"


@pytest.fixture
def rose(service: Service, nom: str) -> Iterator[httpx2.Client]:
    """The browser of someone who answers for the cellule."""
    with enter(service, nom, "responsable") as client:
        yield client


@pytest.fixture
def jeanne(chat: Chat) -> dict[str, Any]:
    """A request sent from a conversation, and the address of whoever sent it."""
    chat.client.post(f"{chat.path}/messages", json={"text": "Bonjour"}, headers=chat.headers)
    courriel = f"jeanne.{secrets.token_hex(4)}@exemple.fr"
    body = {**BODY, "courriel": courriel}
    made = chat.client.post("/api/v1/tickets", json=body, headers=chat.headers)
    assert made.status_code == 201, made.text
    return {**made.json(), "courriel": courriel, "conversation": chat}


def written(service: Service, nom: str) -> list[tuple[str, str | None]]:
    with psycopg.connect(service.database_url) as connection:
        found = connection.execute(
            "SELECT action, reference FROM acces_journal WHERE who = %s AND reference IS NOT NULL"
            " ORDER BY id",
            (f"compte:{nom}",),
        )
        return [(action, reference) for action, reference in found]


def test_a_person_is_found_given_back_then_erased(
    rose: httpx2.Client,
    client: httpx2.Client,
    service: Service,
    jeanne: dict[str, Any],
    nom: str,
) -> None:
    qui, reference = jeanne["courriel"], jeanne["reference"]
    shown = submit(rose, PAGE, qui=qui.upper())
    assert reference in shown.text
    assert shown.headers["cache-control"] == "no-store"
    data = submit(rose, PAGE, f"{PAGE}/exporter", qui=qui, forme="json")
    assert "attachment" in data.headers["content-disposition"]
    assert qui not in data.headers["content-disposition"]
    told = json.loads(data.text)
    assert told["demandes"][0]["courriel"] == qui
    assert any(each["texte"] == "Bonjour" for each in told["conversations"][0]["echanges"])
    page = submit(rose, PAGE, f"{PAGE}/exporter", qui=qui, forme="html")
    assert page.headers["content-type"].startswith("text/html")
    assert reference in page.text

    refused = submit(rose, PAGE, f"{PAGE}/effacer", qui=qui)
    assert (refused.status_code, "Cochez la case" in refused.text) == (422, True)
    assert f'value="{qui}"' in refused.text
    erased = submit(rose, PAGE, f"{PAGE}/effacer", qui=qui, sur="oui")
    assert "Cette personne est effacée" in erased.text
    after = client.get(path(jeanne), headers=KEY).json()
    assert after["besoin"] == "[effacé à la demande de la personne]"
    assert qui not in json.dumps(after)
    chat: Chat = jeanne["conversation"]
    assert client.get(chat.path, headers=chat.headers).status_code == 404
    assert "Rien n’est gardé" in submit(rose, PAGE, qui=qui).text
    assert written(service, nom) == [
        ("chercher_personne", reference),
        ("exporter_personne", reference),
        ("exporter_personne", reference),
        ("effacer_personne", reference),
    ]


@pytest.mark.parametrize("qui", ["", "  ", "personne@exemple.fr", "OR-2026-AAAAAA", "%", "\x00"])
@pytest.mark.parametrize("tail", ["", "/exporter", "/effacer"])
def test_nobody_is_told_as_such(rose: httpx2.Client, qui: str, tail: str) -> None:
    answer = submit(rose, PAGE, f"{PAGE}{tail}", qui=qui, sur="oui")
    assert answer.status_code == 422
    assert re.search("Rien n’est gardé|Écrivez une adresse", answer.text)


def test_the_register_says_what_the_public_page_says(rose: httpx2.Client) -> None:
    page = rose.get("/console/registre").text
    assert "Registre des traitements" in page
    for told in ("36 mois", "35 jours", "Obligation de sécurité", "Derniers effacements"):
        assert told in page
    public = rose.get("/confidentialite").text
    assert "<strong>36 mois</strong>" in public


def lines(answer: httpx2.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))


def test_the_log_is_searched_by_who_what_where_and_when(
    rose: httpx2.Client, client: httpx2.Client, service: Service
) -> None:
    ticket, other = create(client), create(client)
    with enter(service, "Ünal Test", "conseiller") as unal:
        for each in (ticket, other):
            unal.get(f"/console/demandes/{each['reference']}")
        unal.get("/console/demandes")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    export = "/console/journal/export"

    def found(**search: str) -> list[list[str]]:
        page = rose.get("/console/journal", params=search)
        assert page.status_code == 200
        head, *rows = lines(rose.get(export, params=search))
        assert head[-2:] == ["Demande ou territoire", "Demandes montrées"]
        assert page.text.count("<tr>") - 1 == min(len(rows), 50) if rows else True
        return rows

    assert {row[4] for row in found(qui="ünal")} == {ticket["reference"], other["reference"], ""}
    asked = {"reference": ticket["reference"].lower(), "action": "lire_demande"}
    only = found(qui="ünal", **asked, du=today, au=today)
    assert [row[1:] for row in only] == [
        ["Ünal Test", "compte", "a lu la demande", ticket["reference"], ""]
    ]
    assert [row[3] for row in found(qui="ünal", action="lister_demandes")] == ["a consulté la file"]
    assert found(qui="ünal", au="2020-01-01") == []
    assert found(qui="ünal", du="2099-01-01") == []
    assert found(qui="%") == []
    assert found(qui="une\x00") == []


def test_a_wrong_date_is_told_and_kept(rose: httpx2.Client) -> None:
    answer = rose.get("/console/journal", params={"du": "hier"})
    assert answer.status_code == 422
    assert 'value="hier"' in answer.text
    assert "année-mois-jour" in answer.text


def test_a_name_is_no_formula(service: Service, rose: httpx2.Client) -> None:
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO acces_journal (who, action) VALUES ('compte:=1+1', 'lire_demande')"
        )
    rows = lines(rose.get("/console/journal/export", params={"qui": "=1+1"}))
    assert rows[1][1] == "'=1+1"


def test_a_long_log_is_exported_whole(service: Service, rose: httpx2.Client) -> None:
    who = f"Robot {secrets.token_hex(3)}"
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO acces_journal (who, action) SELECT %s, 'lire_demande'"
            " FROM generate_series(1, 4500)",
            (f"cle:{who}",),
        )
    assert len(lines(rose.get("/console/journal/export", params={"qui": who}))) == 4501
