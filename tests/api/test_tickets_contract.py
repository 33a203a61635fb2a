"""The ticket endpoints, as an advisor's tool or a partner system uses them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import psycopg
import pytest

from api.tickets.keys import SCOPES, hash_key
from tests.conftest import API_KEY, Chat, Service

KEY = {"Authorization": f"Bearer {API_KEY}"}
BODY = {
    "besoin": "Nous cherchons un appui pour créer un conseil de développement.",
    "courriel": "agglo@exemple.fr",
    "territoire_code": "200023620",
    "themes": ["conseil de développement"],
    "route": "conseiller",
}


@pytest.fixture
def ticket(client: httpx2.Client) -> dict[str, Any]:
    created = client.post("/api/v1/tickets", json=BODY, headers=KEY)
    assert created.status_code == 201, created.text
    body: dict[str, Any] = created.json()
    assert created.headers["location"] == f"/api/v1/tickets/{body['reference']}"
    return body


def path(ticket: dict[str, Any], tail: str = "") -> str:
    return f"/api/v1/tickets/{ticket['reference']}{tail}"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer fausse"}])
def test_no_key_no_ticket(client: httpx2.Client, headers: dict[str, str]) -> None:
    answer = client.get("/api/v1/tickets", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_partner_creates_once_with_a_key(client: httpx2.Client) -> None:
    headers = {**KEY, "Idempotency-Key": "partenaire-1"}
    first = client.post("/api/v1/tickets", json=BODY, headers=headers).json()
    again = client.post("/api/v1/tickets", json=BODY, headers=headers).json()
    assert first["reference"] == again["reference"]


def test_a_ticket_without_contact_is_refused(client: httpx2.Client) -> None:
    body = {**BODY, "courriel": None}
    answer = client.post("/api/v1/tickets", json=body, headers=KEY)
    assert answer.status_code == 422
    assert answer.json()["champs"] == ["contact"]


def test_a_conversation_creates_a_ticket_with_its_own_token(chat: Chat) -> None:
    body = {**BODY, "conversation_id": chat.id}
    assert chat.client.post("/api/v1/tickets", json=BODY).status_code == 401
    created = chat.client.post("/api/v1/tickets", json=body, headers=chat.headers)
    assert created.status_code == 201
    turn = chat.say("où en est ma demande ?")
    assert turn["ticket"]["reference"] == created.json()["reference"]


def test_filters_and_cursor_walk_the_queue(client: httpx2.Client) -> None:
    made = {
        client.post("/api/v1/tickets", json=BODY, headers=KEY).json()["reference"] for _ in range(5)
    }
    seen: set[str] = set()
    query: dict[str, Any] = {"limit": 2, "status": "nouveau", "theme": "conseil de développement"}
    while True:
        page = client.get("/api/v1/tickets", params=query, headers=KEY).json()
        found = {item["reference"] for item in page["items"]}
        assert not found & seen
        seen |= found
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert made <= seen
    none = client.get("/api/v1/tickets", params={"departement": "2B"}, headers=KEY).json()
    assert none["items"] == []
    wrong = client.get("/api/v1/tickets", params={"cursor": "faux"}, headers=KEY)
    assert wrong.status_code == 422


def test_changes_need_the_version_that_was_read(
    client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    read = client.get(path(ticket), headers=KEY)
    etag = read.headers["etag"]
    change = {"status": "en_cours", "assignee": "a.martin", "priority": "haute"}
    missing = client.patch(path(ticket), json=change, headers=KEY)
    assert missing.status_code == 428
    done = client.patch(path(ticket), json=change, headers={**KEY, "If-Match": etag})
    assert done.status_code == 200
    assert done.json()["status"] == "en_cours"
    assert done.headers["etag"] != etag
    stale = client.patch(path(ticket), json=change, headers={**KEY, "If-Match": etag})
    assert stale.status_code == 412


def test_an_impossible_transition_names_the_possible_ones(
    client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    headers = {**KEY, "If-Match": f'"{ticket["version"]}"'}
    answer = client.patch(path(ticket), json={"status": "clos"}, headers=headers)
    assert answer.status_code == 409
    assert answer.json()["possibles"] == ["en_cours"]


def test_a_whole_life_reopening_included_is_in_the_history(
    client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    for status in ("en_cours", "en_attente_elu", "en_cours", "resolu", "clos", "en_cours"):
        etag = client.get(path(ticket), headers=KEY).headers["etag"]
        answer = client.patch(
            path(ticket), json={"status": status}, headers={**KEY, "If-Match": etag}
        )
        assert answer.status_code == 200, answer.text
    events = client.get(path(ticket), headers=KEY).json()["events"]
    assert [event["kind"] for event in events] == ["created"] + ["updated"] * 6
    assert events[1]["changes"] == {"status": ["nouveau", "en_cours"]}


def test_one_advisor_claims_the_others_are_told(
    client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    def claim(_: int) -> int:
        return client.post(path(ticket, "/claim"), headers=KEY).status_code

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(claim, range(6)))
    assert sorted(codes) == [200, 409, 409, 409, 409, 409]
    read = client.get(path(ticket), headers=KEY).json()
    assert read["status"] == "en_cours"
    assert read["assignee"]


def test_messages_are_kept_with_their_visibility(
    client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    for visibility in ("public", "internal"):
        body = {"body": f"message {visibility}", "visibility": visibility}
        answer = client.post(path(ticket, "/messages"), json=body, headers=KEY)
        assert answer.status_code == 201
    messages = client.get(path(ticket), headers=KEY).json()["messages"]
    assert [each["visibility"] for each in messages] == ["public", "internal"]


def test_an_unknown_ticket_is_404(client: httpx2.Client) -> None:
    assert client.get("/api/v1/tickets/OR-2026-ZZZZZZ", headers=KEY).status_code == 404


def advisor_keys(service: Service, count: int) -> list[dict[str, str]]:
    """Keys of as many advisors, as `orientation key` writes them."""
    names = [f"conseiller-{number}" for number in range(count)]
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        for name in names:
            connection.execute(
                "INSERT INTO api_key (key_hash, name, scopes) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (hash_key(f"cle-{name}"), name, list(SCOPES)),
            )
    return [{"Authorization": f"Bearer cle-{name}"} for name in names]


def test_eight_advisors_race_and_the_losers_know_who_won(
    service: Service, client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    keys = advisor_keys(service, 8)
    barrier = threading.Barrier(8)

    def claim(headers: dict[str, str]) -> httpx2.Response:
        barrier.wait()
        return client.post(path(ticket, "/claim"), headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(claim, keys))
    assert sorted(each.status_code for each in answers) == [200] + [409] * 7
    winner = next(each for each in answers if each.status_code == 200).json()["assignee"]
    for lost in (each for each in answers if each.status_code == 409):
        assert winner in lost.json()["detail"]
    events = client.get(path(ticket, "/events"), headers=KEY).json()["items"]
    assert [each["kind"] for each in events] == ["created", "claimed"]
    assert events[1]["actor"] == winner


def test_two_advisors_write_and_change_at_once_without_an_error(
    service: Service, client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    keys = advisor_keys(service, 8)
    etag = client.get(path(ticket), headers=KEY).headers["etag"]

    def act(number: int) -> int:
        headers = keys[number]
        if number % 2:
            body = {"body": f"Réponse {number}"}
            return client.post(path(ticket, "/messages"), json=body, headers=headers).status_code
        change = {"priority": "haute" if number % 4 else "basse"}
        headers = {**headers, "If-Match": etag}
        return client.patch(path(ticket), json=change, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(act, range(8)))
    assert codes[1::2] == [201] * 4
    assert set(codes[0::2]) <= {200, 412}
    assert codes.count(200) <= 1
    read = client.get(path(ticket), headers=KEY).json()
    assert len(read["messages"]) == 4


def test_pages_stay_whole_while_tickets_keep_coming(client: httpx2.Client) -> None:
    body = {**BODY, "route": "ateliers"}
    before = [
        client.post("/api/v1/tickets", json=body, headers=KEY).json()["reference"] for _ in range(9)
    ]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2, "route": "ateliers"}
    while True:
        page = client.get("/api/v1/tickets", params=query, headers=KEY).json()
        seen += [item["reference"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        client.post("/api/v1/tickets", json=body, headers=KEY)
    assert len(seen) == len(set(seen))
    assert seen == before[::-1]


def search(client: httpx2.Client, **criteria: Any) -> set[str]:
    page = client.get("/api/v1/tickets", params={**criteria, "limit": 100}, headers=KEY).json()
    return {item["reference"] for item in page["items"]}


def test_each_filter_finds_its_tickets_and_leaves_the_others(client: httpx2.Client) -> None:
    here = client.post(
        "/api/v1/tickets",
        json={
            "besoin": "Réveiller l’été la place de l’Œuvre",
            "courriel": "mairie.saintes@exemple.fr",
            "territoire_code": "17415",
            "themes": ["mobilité"],
            "route": "partenaire",
        },
        headers=KEY,
    ).json()
    client.patch(
        path(here),
        json={"status": "en_cours", "assignee": "b.petit"},
        headers={**KEY, "If-Match": f'"{here["version"]}"'},
    )
    reference = here["reference"]
    found: tuple[dict[str, Any], ...] = (
        {"theme": "mobilité"},
        {"route": "partenaire"},
        {"departement": "17"},
        {"assignee": "b.petit"},
        {"status": "en_cours", "assignee": "b.petit"},
        {"q": "REVEILLER l'ete"},
        {"q": "oeuvre saintes"},
        {"q": reference.lower()},
        {"overdue": False, "q": reference},
    )
    for criteria in found:
        assert reference in search(client, **criteria), criteria
    left: tuple[dict[str, Any], ...] = (
        {"theme": "santé"},
        {"route": "ateliers"},
        {"departement": "32"},
        {"assignee": "b"},
        {"status": "nouveau"},
        {"q": "100 %"},
        {"overdue": True},
    )
    for criteria in left:
        assert reference not in search(client, **criteria), criteria


@pytest.mark.parametrize(
    "criteria", [{"status": "perdu"}, {"limit": 0}, {"limit": 101}, {"route": "ailleurs"}]
)
def test_a_wrong_filter_is_named(client: httpx2.Client, criteria: dict[str, Any]) -> None:
    answer = client.get("/api/v1/tickets", params=criteria, headers=KEY)
    assert answer.status_code == 422
    assert answer.json()["champs"] == list(criteria)


def test_the_same_key_for_another_request_is_refused(client: httpx2.Client) -> None:
    headers = {**KEY, "Idempotency-Key": "partenaire-2"}
    assert client.post("/api/v1/tickets", json=BODY, headers=headers).status_code == 201
    other = {**BODY, "besoin": "Une autre question."}
    answer = client.post("/api/v1/tickets", json=other, headers=headers)
    assert answer.status_code == 422
    assert "idempotence" in answer.json()["detail"]


def test_the_same_key_sent_at_once_makes_one_ticket(client: httpx2.Client) -> None:
    headers = {**KEY, "Idempotency-Key": "partenaire-3"}

    def create(_: int) -> str:
        made = client.post("/api/v1/tickets", json=BODY, headers=headers)
        assert made.status_code == 201
        return str(made.json()["reference"])

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(create, range(6)))) == 1


def test_a_message_sent_twice_reaches_the_elu_once(
    client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    headers = {**KEY, "Idempotency-Key": "reponse-1"}
    body = {"body": "Nous vous appelons jeudi."}
    sent = [client.post(path(ticket, "/messages"), json=body, headers=headers) for _ in range(2)]
    assert sent[0].json()["id"] == sent[1].json()["id"]
    other = client.post(path(ticket, "/messages"), json={"body": "Autre"}, headers=headers)
    assert other.status_code == 422
    assert len(client.get(path(ticket), headers=KEY).json()["messages"]) == 1


@pytest.mark.parametrize("nom", ["Martin\r\nBcc: tous@exemple.fr", "Martin\u2028Bcc: x@y.fr"])
def test_a_name_with_a_line_break_is_refused(client: httpx2.Client, nom: str) -> None:
    answer = client.post("/api/v1/tickets", json={**BODY, "nom": nom}, headers=KEY)
    assert answer.status_code == 422
    assert "une seule ligne" in answer.json()["detail"]


def test_a_key_does_only_what_its_scopes_say(
    service: Service, client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO api_key (key_hash, name, scopes) VALUES (%s, 'lecteur', %s)",
            (hash_key("cle-lecteur"), ["tickets:read"]),
        )
    only = {"Authorization": "Bearer cle-lecteur"}
    assert client.get("/api/v1/tickets", headers=only).status_code == 200
    assert client.get(path(ticket, "/events"), headers=only).status_code == 200
    refused = [
        client.post("/api/v1/tickets", json=BODY, headers=only),
        client.patch(path(ticket), json={}, headers={**only, "If-Match": "*"}),
        client.post(path(ticket, "/messages"), json={"body": "non"}, headers=only),
        client.post(path(ticket, "/claim"), headers=only),
    ]
    for answer in refused:
        assert answer.status_code == 403
        assert answer.json()["portee"] == "tickets:write"


@pytest.mark.parametrize("if_match", ['"0"', '"99"', "abc", ""])
def test_a_version_that_was_never_ours_is_stale(
    client: httpx2.Client, ticket: dict[str, Any], if_match: str
) -> None:
    headers = {**KEY, "If-Match": if_match}
    answer = client.patch(path(ticket), json={"priority": "haute"}, headers=headers)
    assert answer.status_code == 412


def test_an_unknown_theme_is_refused(client: httpx2.Client, ticket: dict[str, Any]) -> None:
    headers = {**KEY, "If-Match": "*"}
    answer = client.patch(path(ticket), json={"theme": "pétanque"}, headers=headers)
    assert answer.status_code == 422
