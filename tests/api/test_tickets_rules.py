"""The finer rules of the ticket endpoints: races, filters, idempotency, scopes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import psycopg
import pytest

from api.tickets.keys import SCOPES, hash_key
from bench.claims import add_advisors, lost, race
from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Service


@pytest.fixture
def ticket(client: httpx2.Client) -> dict[str, Any]:
    return create(client)


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
    for beaten in (each for each in answers if each.status_code == 409):
        assert winner in beaten.json()["detail"]
    events = client.get(path(ticket, "/events"), headers=KEY).json()["items"]
    assert [each["kind"] for each in events] == ["created", "claimed"]
    assert events[1]["actor"] == winner


def test_eight_advisors_claim_sixty_tickets_one_winner_each_none_lost(
    service: Service, client: httpx2.Client
) -> None:
    references = [create(client)["reference"] for _ in range(60)]
    run = race(service.url, references, add_advisors(service.database_url, 8))
    assert run.wrong == ()
    assert set(run.winners) == set(references)
    assert lost(service.database_url, run) == []


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
    # Newest first: those that came while reading are not seen, older ones may follow.
    assert seen[: len(before)] == before[::-1]


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
        {"q": "la place de l’œuvre ?"},
        {"q": "pl sa"},
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
        {"q": "aintes zq"},
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

    def send(_: int) -> str:
        made = client.post("/api/v1/tickets", json=BODY, headers=headers)
        assert made.status_code == 201
        return str(made.json()["reference"])

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(send, range(6)))) == 1


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
