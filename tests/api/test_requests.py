"""Requests made wrongly, by mistake or on purpose: each is told in French, none breaks anything."""

import json
import re
from typing import Any

import httpx2
import pytest

from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Chat

JSON = {"Content-Type": "application/json"}
NUL, BELL, SURROGATE = "a\u0000b", "a\u0007b\u001b[31m", '"a\\ud800b"'
_ENGLISH = re.compile(
    r"\b(the|should|must|field|required|input|value|valid|string|not|found|error|allowed|or)\b"
)


def told(answer: httpx2.Response, status: int) -> dict[str, Any]:
    """Return a problem, French from its title to its reasons."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    reasons = " ".join(each["message"] for each in problem.get("problemes", ()))
    said = f"{problem['title']} {problem['detail']} {reasons}"
    assert problem["status"] == status
    assert not _ENGLISH.search(said), said
    assert len(problem["detail"]) > 20
    return problem


def send(client: httpx2.Client, at: str, content: bytes | str, **headers: str) -> httpx2.Response:
    return client.post(at, content=content, headers={**JSON, **headers})


@pytest.fixture(scope="module")
def ticket(base_url: str) -> dict[str, Any]:
    with httpx2.Client(base_url=base_url) as client:
        return create(client)


WRONG_BODIES = ("{}", '{"text": ""}', '{"text": 12}', "[]", "null", "{", '{"text": "a\\ud800"}')


@pytest.mark.parametrize("tail", ["/messages", "/messages/inconnu/feedback"])
@pytest.mark.parametrize("body", WRONG_BODIES)
def test_an_unknown_conversation_comes_before_a_wrong_body(
    chat: Chat, tail: str, body: str
) -> None:
    wrong = {"Authorization": "Bearer faux"}
    unknown = "/api/v1/conversations/00000000-0000-0000-0000-000000000000"
    answers = (
        send(chat.client, chat.path + tail, body, **wrong),
        send(chat.client, chat.path + tail, body),
        send(chat.client, unknown + tail, body, **chat.headers),
    )
    assert {told(each, 404)["detail"] for each in answers} == {answers[0].json()["detail"]}


@pytest.mark.parametrize("body", ["{}", "{", "[]", '{"status": "perdu", "body": ""}'])
def test_rights_then_existence_come_before_a_wrong_body(client: httpx2.Client, body: str) -> None:
    unknown = "/api/v1/tickets/OR-2026-INCONN"
    for method, at in (("POST", f"{unknown}/messages"), ("PATCH", unknown)):
        assert told(client.request(method, at, content=body, headers=JSON), 401)
        told(client.request(method, at, content=body, headers={**JSON, **KEY}), 404)
    for at in ("/api/v1/tickets", "/api/v1/resources", "/api/v1/webhooks", "/api/v1/synonyms"):
        told(send(client, at, body), 401)


def test_an_unknown_resource_comes_before_a_wrong_body(staff: dict[str, httpx2.Client]) -> None:
    for body in ("{", "[]", '{"titre": 12}'):
        for method in ("PATCH", "PUT"):
            at = "/api/v1/resources/inconnue"
            told(staff["sofia"].request(method, at, content=body, headers=JSON), 404)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"besoin":', "application/json", 400),
        (b"\xff\xfe\x00", "application/json", 400),
        ('{"besoin": "é"}'.encode("latin-1"), "application/json", 400),
        (b"[" * 20_000, "application/json", 400),
        (b'{"besoin": "Bonjour"}', "text/plain", 415),
        (b"besoin=Bonjour", "application/x-www-form-urlencoded", 415),
        (b"<besoin/>", "application/xml", 415),
        (bytes(range(256)), "application/octet-stream", 415),
        (b"[]", "application/json", 422),
        (b'"Bonjour"', "application/json", 422),
        (b"", "application/json", 422),
        (b"null", "application/json", 422),
        (b" " * 70_000, "application/json", 413),
    ],
)
def test_a_body_that_is_not_the_one_expected(
    client: httpx2.Client, content: bytes, kind: str, status: int
) -> None:
    headers = {**KEY, "Content-Type": kind}
    told(client.post("/api/v1/tickets", content=content, headers=headers), status)


def test_a_body_whose_length_is_not_announced_is_cut_all_the_same(chat: Chat) -> None:
    pieces = (b"a" * 10_000 for _ in range(8))
    at = f"{chat.path}/messages"
    told(chat.client.post(at, content=pieces, headers={**JSON, **chat.headers}), 413)


def test_each_field_has_its_reason(client: httpx2.Client) -> None:
    wrong = {"besoin": "", "population": -1, "route": "ailleurs", "themes": [3], "nom": "x" * 201}
    problem = told(client.post("/api/v1/tickets", json=wrong, headers=KEY), 422)
    reasons = {each["champ"]: each["message"] for each in problem["problemes"]}
    assert list(reasons) == problem["champs"]
    assert set(reasons) == {"besoin", "population", "route", "themes.0", "nom"}
    assert "ateliers" in reasons["route"]
    assert "200" in reasons["nom"]
    assert "besoin" in problem["detail"]
    assert "ailleurs" not in json.dumps(problem)


def test_what_nobody_sees_is_removed_from_every_text(
    client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    made = client.post("/api/v1/tickets", json={**BODY, "role": NUL, "besoin": BELL}, headers=KEY)
    assert (made.status_code, made.json()["role"], made.json()["besoin"]) == (201, "ab", "ab[31m")
    versioned = {**KEY, "If-Match": "*"}
    changed = client.patch(path(ticket), json={"assignee": NUL, "reason": NUL}, headers=versioned)
    assert (changed.status_code, changed.json()["assignee"]) == (200, "ab")
    written = client.post(path(ticket, "/messages"), json={"body": NUL}, headers=KEY)
    assert (written.status_code, written.json()["body"]) == (201, "ab")
    told(client.post(path(ticket, "/messages"), json={"body": "\u0000\u200b"}, headers=KEY), 422)


@pytest.mark.parametrize("field", ["besoin", "nom", "courriel", "telephone", "role"])
def test_a_lone_surrogate_is_named(client: httpx2.Client, field: str) -> None:
    content = json.dumps({**BODY, field: None}).replace(
        f'"{field}": null', f'"{field}": {SURROGATE}'
    )
    problem = told(send(client, "/api/v1/tickets", content, **KEY), 422)
    assert problem["champs"] == [field]
    assert "caractère illisible" in problem["detail"]


@pytest.mark.parametrize(
    "value", ["%00", "a%00b", "%ff%fe", "%ED%A0%80", "%07", "%E2%80%8B", "%20"]
)
def test_an_odd_query_is_neutralised(client: httpx2.Client, value: str) -> None:
    for at in ("tickets", "mails", "resources", "territoires", "projets-partages/candidats"):
        asked = "&".join(
            f"{name}={value}" for name in ("q", "theme", "assignee", "team", "reference", "cle")
        )
        assert client.get(f"/api/v1/{at}?{asked}", headers=KEY).status_code == 200, at


@pytest.mark.parametrize("value", ["%00", "a%00b", "%ED%A0%80", "%E2%80%8B", "x" * 300, "..%2f.."])
def test_an_odd_address_is_unknown(chat: Chat, value: str) -> None:
    for at in ("tickets", "conversations", "resources", "webhooks"):
        headers = chat.headers if at == "conversations" else KEY
        tail = "/deliveries" if at == "webhooks" else ""
        told(chat.client.get(f"/api/v1/{at}/{value}{tail}", headers=headers), 404)


def test_a_filter_left_blank_filters_nothing(client: httpx2.Client, ticket: dict[str, Any]) -> None:
    blank = "status=&theme=&route=&departement=&assignee=&q=&overdue=&team=&cursor=&limit="
    listed = client.get(f"/api/v1/tickets?{blank}", headers=KEY)
    assert listed.status_code == 200
    assert listed.json() == client.get("/api/v1/tickets", headers=KEY).json()
    blank = "q=&type=&theme=%20&territoire=&population=&cursor=&limit="
    found = client.get(f"/api/v1/resources?{blank}")
    assert found.json() == client.get("/api/v1/resources").json()
    assert client.get("/api/v1/territoires?q=&limit=").json() == {"items": []}


@pytest.mark.parametrize(
    ("method", "at", "allowed"),
    [
        ("GET", "/api/v1/conversations", "POST"),
        ("PUT", "/api/v1/conversations/x", "DELETE, GET, HEAD"),
        ("PUT", "/api/v1/conversations/x/messages", "GET, HEAD, POST"),
        ("DELETE", "/api/v1/tickets", "GET, HEAD, POST"),
        ("DELETE", "/api/v1/tickets/x", "GET, HEAD, PATCH"),
        ("POST", "/api/v1/resources/x", "DELETE, GET, HEAD, PATCH, PUT"),
        ("OPTIONS", "/api/v1/synonyms/x", "DELETE, GET, HEAD, PUT"),
        ("HEAD", "/api/v1/conversations/x/events", "GET"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("PUT", "/orientation/expliquer", "GET, HEAD, POST"),
        ("INVENTEE", "/api/v1/territoires", "GET, HEAD"),
    ],
)
def test_another_method_is_told_those_of_the_address(
    client: httpx2.Client, method: str, at: str, allowed: str
) -> None:
    answer = client.request(method, at)
    assert answer.status_code == 405
    if method != "HEAD":
        told(answer, 405)
    assert answer.headers["allow"] == allowed


def test_a_page_of_the_console_tells_its_methods_too(client: httpx2.Client) -> None:
    answer = client.put("/console/connexion", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("at", ["/healthz", "/readyz", "/", "/api/v1/resources", "/openapi.json"])
def test_head_is_answered_as_get_without_its_body(client: httpx2.Client, at: str) -> None:
    answer = client.head(at)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == client.get(at).headers["content-type"]


@pytest.mark.parametrize("at", ["/assistan", "/x", "/%00", "/orientation", "/.env"])
def test_a_mistyped_address_is_a_page_in_a_browser(client: httpx2.Client, at: str) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get(at, headers=browser)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Aucune page n’existe à cette adresse" in page.text
    assert 'href="/assistant"' in page.text
    told(client.get(at), 404)
    told(client.get(f"/api/v1{at}", headers=browser), 404)


def test_a_version_that_we_never_wrote_is_stale(
    client: httpx2.Client, ticket: dict[str, Any]
) -> None:
    for version in ('"abc"', '"²"', '"1", "2"', f'"{"1" * 5000}"', ""):
        headers = {name.encode(): value.encode() for name, value in KEY.items()}
        headers[b"If-Match"] = version.encode()
        answer = client.patch(path(ticket), json={"priority": "haute"}, headers=headers)
        told(answer, 412)


@pytest.mark.parametrize("given", ["", "Basic abc", "Bearer", "Bearer faux", "Jeton x"])
def test_a_key_is_asked_for_in_french(client: httpx2.Client, given: str) -> None:
    answer = client.get("/api/v1/tickets", headers={"Authorization": given})
    told(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("courriel", "pas une adresse"),
        ("telephone", "12"),
        ("nom", "Martin\nBcc: tous@exemple.fr"),
        ("territoire_code", "99999"),
        ("themes", ["inventé"]),
    ],
)
def test_a_field_that_means_nothing_is_named(
    client: httpx2.Client, field: str, value: object
) -> None:
    answer = client.post("/api/v1/tickets", json={**BODY, field: value}, headers=KEY)
    problem = told(answer, 422)
    assert problem["champs"] == [field]
    assert problem["problemes"] == [{"champ": field, "message": problem["detail"]}]


def test_a_limit_is_told_as_a_number(chat: Chat) -> None:
    answer = chat.client.get(f"{chat.path}/messages?wait=26", headers=chat.headers)
    assert "la plus grande valeur permise est 25." in told(answer, 422)["detail"]


def test_a_period_that_ends_before_it_begins_is_refused(client: httpx2.Client) -> None:
    asked = {"since": "2026-11-30", "until": "2026-01-01"}
    told(client.get("/api/v1/statistics/satisfaction", params=asked, headers=KEY), 422)
    told(client.get("/api/v1/statistics/satisfaction", params={"since": "hier"}, headers=KEY), 422)


@pytest.mark.parametrize("at", ["/orientation/expliquer", "/console/connexion"])
def test_a_form_that_is_cut_is_told_as_a_page(client: httpx2.Client, at: str) -> None:
    headers = {"Content-Type": "multipart/form-data", "Accept": "text/html"}
    page = client.post(at, content=b"coupe", headers=headers)
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")
    assert "n’est pas arrivé entier" in page.text
