"""The door of the inbound services, and what advisors see of the mails that come."""

import re
from collections.abc import Iterator

import httpx2
import psycopg
import pytest

from tests.api.console import csrf, enter
from tests.api.courrier import DOOR, RFC822, address_of, mail
from tests.api.test_pieces import PDF
from tests.api.tickets import KEY, create, path
from tests.conftest import Chat, Service


@pytest.fixture(scope="module")
def advisor(service: Service) -> Iterator[httpx2.Client]:
    with enter(service, "Nadia Petit", "conseiller") as opened:
        yield opened


async def test_a_mail_handed_over_is_in_the_request_and_the_conversation(
    service: Service, chat: Chat, advisor: httpx2.Client
) -> None:
    body = {"besoin": "Un appui", "courriel": "mairie@exemple.fr"}
    ticket = chat.client.post("/api/v1/tickets", json=body, headers=chat.headers).json()
    message = mail(
        "Bonjour,\n\nvoici la charte.\n\nLe 10/03/2026 à 10:02, X a écrit :\n> Envoyez-la.",
        From="Sylvie <sylvie@exemple.fr>",
        To=await address_of(service, ticket["reference"]),
    )
    message.add_attachment(PDF, "application", "pdf", filename="charte.pdf")
    message.add_attachment(b"MZ", "application", "octet-stream", filename="outil.exe")
    first = chat.client.post(DOOR, content=bytes(message), headers=RFC822)
    assert (first.status_code, first.json()["status"]) == (201, "recu"), first.text
    again = chat.client.post(DOOR, content=bytes(message), headers=RFC822)
    assert (again.status_code, again.json()) == (200, first.json())
    (told,) = chat.client.get(path(ticket), headers=KEY).json()["messages"]
    assert (told["author"], told["channel"], told["visibility"]) == ("elu", "courriel", "public")
    assert told["body"] == "Bonjour,\n\nvoici la charte."
    heard = chat.client.get(chat.path, headers=chat.headers).json()["messages"][-1]
    assert (heard["author"], heard["channel"], heard["turn"]) == ("elu", "courriel", None)
    (joined,) = heard["attachments"]
    file = chat.client.get(f"{chat.path}/attachments/{joined['id']}", headers=chat.headers)
    assert file.content == PDF
    page = advisor.get(f"/console/demandes/{ticket['reference']}").text
    assert page.count("voici la charte.") == 2  # what was written, and the whole message
    for each in ("par courriel", "adresse différente", "sylvie@exemple.fr", "outil.exe"):
        assert each in page
    assert "Afficher le message entier" in page


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"From: a@exemple.fr\r\n\r\nBonjour", "text/plain", 415),
        (b" \r\n", "message/rfc822", 422),
        (b"x" * (10 * 1024 * 1024 + 1), "message/rfc822", 413),
    ],
)
def test_what_is_no_mail_is_refused(
    client: httpx2.Client, content: bytes, kind: str, status: int
) -> None:
    refused = client.post(DOOR, content=content, headers={**KEY, "Content-Type": kind})
    assert refused.status_code == status
    assert refused.json()["detail"]


async def test_a_mail_that_leads_nowhere_is_attached_by_hand_then_is_no_longer_there(
    client: httpx2.Client, advisor: httpx2.Client
) -> None:
    ticket = create(client, courriel="mairie.auch@exemple.fr")
    message = mail(
        "Nous préférons <b>mardi</b>.",
        From="mairie.auch@exemple.fr",
        To="reponse@exemple.fr",
        Subject="Rendez-vous <script>",
    )
    message.add_attachment(PDF, "application", "pdf", filename="plan.pdf")
    kept = client.post(DOOR, content=bytes(message), headers=RFC822).json()
    assert kept["status"] == "quarantaine"
    listed = advisor.get("/console/courrier").text
    assert "Rendez-vous &lt;script&gt;" in listed
    assert "ne mène à aucune demande" in listed
    place = f"/console/courrier/{kept['id']}"
    shown = advisor.get(place)
    assert "Nous préférons &lt;b&gt;mardi&lt;/b&gt;." in shown.text
    form = {"csrf": csrf(shown), "reference": "OR-2026-ZZZZZZ"}
    refused = advisor.post(f"{place}/rattacher", data=form)
    assert refused.status_code == 422
    assert "Aucune demande ne porte cette référence" in refused.text
    form["reference"] = f" {ticket['reference'].lower()} "
    done = advisor.post(f"{place}/rattacher", data=form)
    assert done.headers["location"].endswith(f"{ticket['reference']}?fait=rattache")
    page = advisor.get(done.headers["location"]).text
    assert "plan.pdf" in page
    assert "adresse différente" not in page
    assert "a rattaché un courriel reçu" in page
    assert advisor.get(place).status_code == 404
    assert kept["id"] not in advisor.get("/console/courrier").text


def test_a_mail_is_not_attached_to_a_request_made_anonymous(
    client: httpx2.Client, advisor: httpx2.Client, service: Service
) -> None:
    ticket = create(client)
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE ticket SET search_text = '' WHERE reference = %s", (ticket["reference"],)
        )
    raw = bytes(mail("Je suis Sylvie.", To="reponse@exemple.fr", Message_ID="<s@exemple.fr>"))
    kept = client.post(DOOR, content=raw, headers=RFC822).json()
    place = f"/console/courrier/{kept['id']}"
    form = {"csrf": csrf(advisor.get(place)), "reference": ticket["reference"]}
    refused = advisor.post(f"{place}/rattacher", data=form)
    assert refused.status_code == 422
    assert "rendue anonyme" in refused.text
    assert client.get(path(ticket), headers=KEY).json()["messages"] == []


def test_a_mail_that_leads_nowhere_is_erased_once_confirmed(
    client: httpx2.Client, advisor: httpx2.Client
) -> None:
    raw = bytes(mail("Publicité", To="reponse@exemple.fr", Message_ID="<pub@exemple.fr>"))
    kept = client.post(DOOR, content=raw, headers=RFC822).json()
    place = f"/console/courrier/{kept['id']}"
    form = {"csrf": csrf(advisor.get(place))}
    assert "Rien n’a été effacé" in advisor.post(f"{place}/effacer", data=form).text
    done = advisor.post(f"{place}/effacer", data={**form, "sur": "oui"})
    assert "Le courriel est effacé." in advisor.get(done.headers["location"]).text
    assert advisor.get(place).status_code == 404


def test_what_a_machine_wrote_is_listed_and_can_be_attached_all_the_same(
    client: httpx2.Client, advisor: httpx2.Client
) -> None:
    ticket = create(client)
    raw = bytes(mail("En fait c'est bien moi.", Subject="Absence du bureau"))
    kept = client.post(DOOR, content=raw, headers=RFC822).json()
    assert kept["status"] == "ignore"
    assert kept["id"] in advisor.get("/console/courrier?etat=ignore").text
    place = f"/console/courrier/{kept['id']}"
    form = {"csrf": csrf(advisor.get(place)), "reference": ticket["reference"]}
    where = advisor.post(f"{place}/rattacher", data=form).headers["location"]
    assert re.search(r"En fait c(&#39;|')est bien moi", advisor.get(where).text)


def test_nothing_of_a_mail_is_in_the_log(service: Service, client: httpx2.Client) -> None:
    raw = bytes(mail("Motsecretdelelu", From="adressesecrete@exemple.fr", Subject="Objetsecret"))
    client.post(DOOR, content=raw, headers=RFC822)
    log = service.log()
    for each in ("Motsecretdelelu", "adressesecrete", "Objetsecret"):
        assert each not in log
