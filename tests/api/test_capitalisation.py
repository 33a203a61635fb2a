"""From an advisor's answer to a draft resource: what leaves it, who sees it, what closes."""

import html
import re
import secrets
from collections.abc import Iterator
from typing import Any

import httpx2
import psycopg
import pytest

from tests.api.console import enter
from tests.api.lacunes import put_on_board
from tests.api.receiver import wait_for
from tests.api.redaction import do, fields_of, send, words
from tests.api.tickets import KEY, create, path
from tests.conftest import Chat, Service

ANSWER = """Bonjour Madame Dupuy,

Pour Lectoure, une charte signée avec l’école suffit : les classes visitent les ruches chaque mois avec un apiculteur, en tenue, et tiennent un carnet. Écrivez à ruches@exemple.fr.

Bien à vous,
Claire"""  # noqa: E501


@pytest.fixture
def claire(service: Service) -> Iterator[httpx2.Client]:
    """The browser of an advisor."""
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as client:
        yield client


def at(ticket: dict[str, Any], tail: str = "") -> str:
    return f"/console/demandes/{ticket['reference']}{tail}"


def answered(client: httpx2.Client, body: str = ANSWER, **changes: Any) -> dict[str, Any]:
    """A request from a commune of 3,700 inhabitants or another, with its answer."""
    ticket = create(client, nom="Jeanne Dupuy", themes=["jeunesse"], **changes)
    sent = {"body": body, "visibility": "public"}
    assert client.post(path(ticket, "/messages"), json=sent, headers=KEY).status_code == 201
    return ticket


def second_page(client: httpx2.Client, ticket: dict[str, Any]) -> httpx2.Response:
    """Tick everything of the first page and go on, as a browser without script does."""
    first = client.get(at(ticket, "/capitaliser"))
    assert first.status_code == 200, first.text
    ticked = re.findall(r'name="retirer" value="([^"]+)"', first.text)
    return client.get(at(ticket, "/capitaliser"), params={"etape": "fiche", "retirer": ticked})


def draw(
    client: httpx2.Client, ticket: dict[str, Any], shown: httpx2.Response, **changes: Any
) -> httpx2.Response:
    """Send the form of the second page."""
    return client.post(at(ticket, "/capitaliser"), data=fields_of(shown) | changes)


def identifier(client: httpx2.Client, ticket: dict[str, Any]) -> str:
    """The resource drawn from a ticket, as its history tells it."""
    events = client.get(path(ticket, "/events"), headers=KEY).json()["items"]
    drawn = [each for each in events if each["kind"] == "capitalised"]
    assert len(drawn) == 1
    return str(drawn[0]["changes"]["resource"][1])


def test_codes_other_villages_and_bare_names_leave_too(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    body = (
        "La commune de Castéra-Verduzan a créé son conseil des sages en six mois. Écrivez au 32410."
        " Jeanne peut citer cet exemple, comme l’a fait la ville de Toulouse pour 15000 euros."
    )
    shown = second_page(claire, answered(client, body=body))
    (corps,) = fields_of(shown)["corps"]
    for gone in ("Castéra", "32410", "Jeanne"):
        assert gone not in corps
    for kept in ("Toulouse", "15000 euros", "conseil des sages", "six mois"):
        assert kept in corps


def test_whoever_asked_a_request_merged_with_it_is_not_named_either(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    mail = f"mairie.{secrets.token_hex(4)}@exemple.fr"
    told = "Une charte suffit, comme Ilona Marchetti le proposait, et les classes visitent."
    kept = answered(client, body="Voici.", courriel=mail)
    other = create(client, nom="Ilona Marchetti", courriel=mail)
    sent = {"body": told, "visibility": "public"}
    assert client.post(path(other, "/messages"), json=sent, headers=KEY).status_code == 201
    merged = client.post(
        path(other, "/merge"),
        json={"reference": kept["reference"]},
        headers=KEY | {"If-Match": "*"},
    )
    assert merged.status_code == 200, merged.text
    page = second_page(claire, kept).text
    assert "les classes visitent" in page
    assert "Marchetti" not in page


def test_an_answer_becomes_a_draft_that_identifies_nobody(
    client: httpx2.Client, service: Service, claire: httpx2.Client, staff: dict[str, httpx2.Client]
) -> None:
    word = secrets.token_hex(4)
    # Saint-Clar (Gers): fewer than 3,500 inhabitants.
    ticket = answered(
        client,
        ANSWER.replace("Lectoure", "Saint-Clar").replace("charte", f"charte {word}"),
        besoin=f"À Saint-Clar, comment confier nos ruches {word} aux écoliers ?",
        territoire_code="32370",
    )
    first = words(claire.get(at(ticket, "/capitaliser")))
    assert "« Saint-Clar » devient « [commune] »" in first
    assert "son nom suffit à reconnaître l’élu" in first
    assert "« ruches@exemple.fr » devient « [courriel] »" in first
    shown = second_page(claire, ticket)
    fields = fields_of(shown)
    assert fields["corps"] == [
        f"Pour [commune], une charte {word} signée avec l’école suffit : les classes visitent les "
        "ruches chaque mois avec un apiculteur, en tenue, et tiennent un carnet. Écrivez à "
        "[courriel]."
    ]
    assert fields["type"] == ["outil"]
    assert fields["themes"] == ["jeunesse"]
    assert "Saint-Clar" not in shown.text.replace(ticket["reference"], "")
    made = draw(
        claire, ticket, shown, titre=f"Confier les ruches {word} aux écoliers", type="experience"
    )
    assert made.status_code == 303, made.text
    page = claire.get(made.headers["Location"])
    assert "Le brouillon de la fiche est créé." in page.text
    assert f"Confier les ruches {word} aux écoliers" in page.text
    assert "/redaction/fiches/" not in page.text  # an advisor has no page there
    draft = staff["sofia"].get(f"/api/v1/resources/{identifier(client, ticket)}").json()
    assert draft["etat"] == "brouillon"
    assert draft["type"] == "experience"
    assert client.get(f"/api/v1/resources/{draft['id']}").status_code == 404


def test_the_draft_is_completed_reviewed_and_published_by_others(
    client: httpx2.Client, service: Service, claire: httpx2.Client, chat: Chat
) -> None:
    word = secrets.token_hex(4)
    chat.say(f"Qui garde les ruches {word} de la commune ?")
    made = client.post(
        "/api/v1/tickets",
        json={"besoin": f"Qui garde les ruches {word} ?", "courriel": "mairie@exemple.fr"},
        headers=chat.headers,
    )
    ticket: dict[str, Any] = made.json()
    client.post(
        path(ticket, "/messages"), json={"body": ANSWER, "visibility": "public"}, headers=KEY
    )
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        asked = connection.execute(
            "SELECT id FROM conversation_item WHERE conversation_id = %s AND author = 'elu'",
            (chat.id,),
        ).fetchone()
        assert asked is not None
    subject = put_on_board(service.database_url, asked[0], motif="sans_reponse")

    def state() -> str:
        with psycopg.connect(service.database_url, autocommit=True) as connection:
            row = connection.execute(
                "SELECT etat FROM lacune_groupe WHERE id = %s", (subject,)
            ).fetchone()
            assert row is not None
            return str(row[0])

    shown = second_page(claire, ticket)
    assert "une question restée sans bonne réponse" in shown.text
    assert draw(claire, ticket, shown, titre=f"Garder les ruches {word}").status_code == 303
    assert state() == "en_cours"
    address = f"/redaction/fiches/{identifier(client, ticket)}"
    with (
        enter(service, f"Karim {word}", "redacteur") as karim,
        enter(service, f"Rose {word}", "responsable") as rose,
    ):
        assert f"la réponse à la demande {ticket['reference']}" in words(karim.get(address))
        assert f'href="{at(ticket)}"' not in karim.get(address).text
        assert f'href="{at(ticket)}"' in rose.get(f"{address}/histoire").text
        unsourced = do(karim, address, "soumettre")
        assert unsourced.headers["Location"].endswith("manque=true")
        done = send(
            karim,
            f"{address}/modifier",
            "soumettre",
            resume="Une charte, des visites chaque mois et un carnet : de quoi confier les ruches "
            "de la commune aux écoliers, avec un apiculteur et l’accord des familles du village.",
            corps="La commune signe une charte avec l’école et un apiculteur. " * 10,
            questions=[
                f"Qui garde les ruches {word} de la commune ?",
                "ruches et école",
                "garder des abeilles",
            ],
            source_url=f"https://exemple.fr/ruches-{word}",
            source_nom="Exemple",
            themes=["jeunesse"],
        )
        assert done.headers["Location"].endswith("fait=soumise"), done.text
        published = do(rose, address, "publier")
        assert published.headers["Location"].endswith("fait=publiee")
    assert state() == "close"
    public = f"/api/v1/resources/{address.rpartition('/')[2]}"
    wait_for(lambda: client.get(public).status_code == 200)


def test_a_likeness_is_shown_before_a_second_draft(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    word = secrets.token_hex(4)
    ticket = answered(client, besoin=f"Comment garder les ruches {word} ?")
    shown = second_page(claire, ticket)
    title = f"Les ruches municipales {word}"
    assert draw(claire, ticket, shown, titre=title).status_code == 303
    again = draw(claire, ticket, shown, titre=title)
    assert again.status_code == 409
    assert "La base dit peut-être déjà cela" in again.text
    assert title in again.text
    assert draw(claire, ticket, again).status_code == 303


def test_what_cannot_be_a_draft_is_shown_again_with_its_text(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    ticket = answered(client)
    shown = second_page(claire, ticket)
    refused = draw(claire, ticket, shown, titre="", corps="Mon texte à moi")
    assert refused.status_code == 422
    assert "donnez un titre à la fiche" in refused.text
    assert "Mon texte à moi" in refused.text


def test_nothing_is_drawn_from_what_nobody_answered(
    client: httpx2.Client, claire: httpx2.Client, service: Service
) -> None:
    ticket = create(client)
    refused = claire.get(at(ticket, "/capitaliser"))
    assert refused.status_code == 409
    assert "il n’y a rien à capitaliser" in refused.text
    assert "/capitaliser" not in claire.get(at(ticket)).text
    with enter(service, f"Karim {secrets.token_hex(3)}", "redacteur") as karim:
        assert karim.get(at(ticket, "/capitaliser")).status_code == 403


def test_a_commune_of_many_keeps_its_name(client: httpx2.Client, claire: httpx2.Client) -> None:
    body = ANSWER.replace("Lectoure", "Auch")
    ticket = answered(client, body, territoire_code="32013")
    first = html.unescape(claire.get(at(ticket, "/capitaliser")).text)
    assert "«\u00a0Auch\u00a0»" not in first
    assert "Pour Auch" in fields_of(second_page(claire, ticket))["corps"][0]
