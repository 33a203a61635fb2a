"""The ticket endpoints, as an advisor's tool or a partner system uses them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from orientation_client.model import Status
from tests.api.tickets import BODY, KEY, create, partner, path
from tests.conftest import Chat


@pytest.fixture
def ticket(client: httpx2.Client) -> dict[str, Any]:
    return create(client)


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


def test_filters_and_cursor_walk_the_queue(client: httpx2.Client, base_url: str) -> None:
    made = {create(client)["reference"] for _ in range(5)}
    with partner(base_url) as orientation:
        walk = orientation.tickets(page_size=2, status="nouveau", theme="conseil de développement")
        seen = [each["reference"] for each in walk]
    assert len(seen) == len(set(seen))
    assert made <= set(seen)
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


def test_a_whole_life_reopening_included_is_in_the_history(base_url: str) -> None:
    life: tuple[Status, ...] = ("en_cours", "en_attente_elu", "en_cours", "resolu", "clos")
    with partner(base_url) as orientation:
        now = orientation.create(besoin="Un appui", courriel="m@exemple.fr")
        for status in (*life, life[0]):
            now = orientation.change(now.reference, etag=now.etag, status=status)
        events = orientation.ticket(now.reference).ticket["events"]
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
