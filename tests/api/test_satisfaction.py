"""« Cette réponse vous a-t-elle aidé ? » : asked once a request is treated, kept, summed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import psycopg
import pytest

from api.links import sign_link
from tests.api.receiver import wait_for
from tests.api.test_mail import outbox
from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Chat, Service

_LINK = re.compile(r"/avis/OR-\d{4}-\w{6}/l1\.[\w.-]+")


def solve(client: httpx2.Client, ticket: dict[str, Any], *, answer: str | None = "Jeudi ?") -> None:
    """An advisor takes the request, answers it, and says that it is treated."""
    client.post(path(ticket, "/claim"), headers=KEY)
    if answer:
        client.post(path(ticket, "/messages"), json={"body": answer}, headers=KEY)
    move(client, ticket, "resolu")


def move(client: httpx2.Client, ticket: dict[str, Any], status: str) -> None:
    changed = client.patch(path(ticket), json={"status": status}, headers={**KEY, "If-Match": "*"})
    assert changed.status_code == 200, changed.text


def page_of(client: httpx2.Client, ticket: dict[str, Any]) -> str:
    """The page that the mails of a request lead to."""
    links: list[str] = []

    def arrived() -> bool:
        mails = outbox(client, ticket["reference"])
        links.extend(link for mail in mails for link in _LINK.findall(mail["text"]))
        return bool(links)

    wait_for(arrived)
    return links[0]


def state(client: httpx2.Client, ticket: dict[str, Any]) -> Any:
    return client.get(path(ticket), headers=KEY).json()["satisfaction"]


def kinds(client: httpx2.Client, ticket: dict[str, Any]) -> list[str]:
    events = client.get(path(ticket, "/events"), headers=KEY).json()["items"]
    return [each["kind"] for each in events]


@pytest.fixture
def solved(client: httpx2.Client) -> dict[str, Any]:
    ticket = create(client)
    solve(client, ticket)
    return ticket


def test_nothing_is_asked_before_the_request_is_treated(client: httpx2.Client) -> None:
    ticket = create(client)
    client.post(path(ticket, "/messages"), json={"body": "Jeudi ?"}, headers=KEY)
    wait_for(lambda: bool(outbox(client, ticket["reference"])))
    (mail,) = outbox(client, ticket["reference"])
    assert "/avis/" not in mail["text"] + mail["html"]
    assert state(client, ticket) is None


def test_the_elu_answers_from_the_mail_and_changes_their_mind(
    client: httpx2.Client, solved: dict[str, Any]
) -> None:
    page = page_of(client, solved)
    shown = client.get(f"{page}?note=en_partie")
    assert shown.status_code == 200
    assert 'value="en_partie" required checked' in shown.text
    assert solved["reference"] in shown.text
    assert str(BODY["besoin"]) not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    asked = state(client, solved)
    assert (asked["note"], asked["answered_at"]) == (None, None), "reading is not answering"

    said = client.post(page, data={"note": "en_partie", "raison": "Il manque un exemple."})
    assert said.status_code == 200
    assert "Merci, votre avis est enregistré" in said.text
    assert state(client, solved)["raison"] == "Il manque un exemple."
    client.post(page, data={"note": "oui", "raison": ""})
    last = state(client, solved)
    assert (last["note"], last["raison"]) == ("oui", None)
    assert last["answered_at"]
    events = client.get(path(solved, "/events"), headers=KEY).json()["items"]
    told = [each["changes"]["satisfaction"] for each in events if each["kind"] == "satisfaction"]
    assert told == [[None, "en_partie"], ["en_partie", "oui"]]
    assert "exemple" not in str(events), "the history holds no word of the élu"


def test_the_answer_sent_twice_is_written_once(
    client: httpx2.Client, solved: dict[str, Any]
) -> None:
    page = page_of(client, solved)
    for _ in range(2):
        client.post(page, data={"note": "non", "raison": "Hors sujet."})
    assert kinds(client, solved).count("satisfaction") == 1


def test_personal_data_is_masked_and_the_elu_is_told(
    client: httpx2.Client, solved: dict[str, Any]
) -> None:
    page = page_of(client, solved)
    reason = "Écrivez à jean.dupont@exemple.fr ou au 06 12 34 56 78, <b>merci</b>."
    said = client.post(page, data={"note": "non", "raison": reason})
    assert "une adresse électronique, un numéro de téléphone" in said.text
    assert "<b>merci</b>" not in said.text
    kept = state(client, solved)["raison"]
    assert kept == "Écrivez à [courriel] ou au [telephone], <b>merci</b>."


@pytest.mark.parametrize(
    ("form", "status", "detail"),
    [
        ({}, 422, "Choisissez d’abord une réponse"),
        ({"note": "bof"}, 422, "Choisissez d’abord une réponse"),
        ({"note": "oui", "raison": "é" * 1001}, 422, "dépasse 1 000 caractères"),
    ],
)
def test_a_wrong_form_is_told_kindly_and_keeps_the_words(
    client: httpx2.Client,
    solved: dict[str, Any],
    form: dict[str, str],
    status: int,
    detail: str,
) -> None:
    refused = client.post(page_of(client, solved), data=form)
    assert refused.status_code == status
    assert detail in refused.text
    assert form.get("raison", "") in refused.text
    assert "<form" in refused.text
    assert state(client, solved)["note"] is None


def test_another_site_cannot_answer_in_their_place(
    client: httpx2.Client, solved: dict[str, Any]
) -> None:
    page = page_of(client, solved)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(page, data={"note": "non"}, headers=foreign).status_code == 403
    assert state(client, solved)["note"] is None


def test_a_link_is_for_one_request_and_thirty_days(
    service: Service, client: httpx2.Client, solved: dict[str, Any]
) -> None:
    other = create(client)
    solve(client, other)
    page, reference = page_of(client, solved), solved["reference"]
    assert client.get(page.replace(reference, other["reference"])).status_code == 404
    assert client.get(page[:-1]).status_code == 404
    assert client.post(page[:-1], data={"note": "oui"}).status_code == 404
    with psycopg.connect(service.database_url) as connection:
        row = connection.execute("SELECT value FROM service_secret").fetchone()
    assert row is not None
    past = datetime.now(UTC) - timedelta(minutes=1)
    expired = sign_link(bytes(row[0]), f"avis:{reference}", expires_at=past)
    late = client.post(f"/avis/{reference}/{expired}", data={"note": "oui"})
    assert late.status_code == 404
    assert "trente jours" in late.text
    assert "<form" not in late.text
    conversation_link = sign_link(
        bytes(row[0]), reference, expires_at=datetime.now(UTC) + timedelta(days=1)
    )
    assert client.get(f"/avis/{reference}/{conversation_link}").status_code == 404
    assert state(client, solved)["note"] is None


def test_a_request_solved_without_a_mail_in_the_way_gets_one_of_its_own(
    client: httpx2.Client,
) -> None:
    ticket = create(client)
    client.post(path(ticket, "/messages"), json={"body": "Jeudi ?"}, headers=KEY)
    wait_for(lambda: bool(outbox(client, ticket["reference"])))
    solve(client, ticket, answer=None)
    page_of(client, ticket)
    mails = outbox(client, ticket["reference"])
    assert [each["kind"] for each in mails] == ["resolue", "reponse"]
    assert "est traitée\u00a0: votre avis" in mails[0]["subject"]


def test_the_question_is_asked_in_the_conversation_and_stays_there(client: httpx2.Client) -> None:
    chat = Chat.open(client)
    ticket = client.post("/api/v1/tickets", json=BODY, headers=chat.headers).json()
    solve(client, ticket)
    messages = client.get(chat.path, headers=chat.headers).json()["messages"]
    text, question = messages[-1]["turn"]["messages"]
    assert "vous a-t-elle aidé" in text["text"]
    assert [each["label"] for each in question["choices"]] == ["Oui", "En partie", "Non"]
    page = question["choices"][2]["url"]
    assert client.get(page).status_code == 200
    client.post(page, data={"note": "non", "raison": "Trop général."})
    client.delete(chat.path, headers=chat.headers)
    assert state(client, ticket) | {"asked_at": 0, "answered_at": 0} == {
        "note": "non",
        "raison": None,
        "asked_at": 0,
        "answered_at": 0,
    }, "erased with its person: the answer stays, the words go"


def test_a_request_treated_again_keeps_one_answer(
    client: httpx2.Client, solved: dict[str, Any]
) -> None:
    page = page_of(client, solved)
    client.post(page, data={"note": "non", "raison": "Il manque le coût."})
    move(client, solved, "en_cours")
    move(client, solved, "resolu")
    assert state(client, solved)["note"] == "non"
    client.post(page, data={"note": "oui", "raison": "Complété, merci."})
    assert state(client, solved)["note"] == "oui"


def test_answers_are_summed_by_theme_and_route(client: httpx2.Client) -> None:
    before = sums(client)
    for note in ("oui", "oui", "non", None):
        ticket = create(client, themes=["eau", "énergie"], route="ateliers")
        solve(client, ticket)
        if note:
            client.post(page_of(client, ticket), data={"note": note, "raison": ""})
    after = sums(client)
    gained = {"demandes": 4, "reponses": 3, "oui": 2, "en_partie": 0, "non": 1}
    for name in ("total", "eau", "énergie", "ateliers"):
        was = before.get(name, dict.fromkeys(gained, 0))
        assert {key: after[name][key] - was[key] for key in gained} == gained, name
    future = client.get(
        "/api/v1/statistics/satisfaction", params={"since": "2999-01-01"}, headers=KEY
    ).json()
    assert future["total"]["demandes"] == 0
    assert future["by_theme"] == []


def sums(client: httpx2.Client) -> dict[str, dict[str, int]]:
    read = client.get("/api/v1/statistics/satisfaction", headers=KEY)
    assert read.status_code == 200, read.text
    body = read.json()
    named = {each["theme"]: each for each in body["by_theme"]}
    named |= {each["route"]: each for each in body["by_route"]}
    return {"total": body["total"], **named}
