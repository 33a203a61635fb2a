"""The API as its own description says, tried with requests that nobody thought of."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.openapi.describe import examples, operations
from api.postgres import EmbeddedPostgres
from tests.conftest import API_KEY, Chat, Service, add_staff_keys, running_service

ENGLISH = re.compile(
    r"\b(the|should|must|required|input|response|error|successful|of|when|which|is|and|this)\b",
    re.I,
)
BAD_SPACING = re.compile(r" [:;?!»]|« |\w'\w")
NEVER_ENDING = "GET /api/v1/conversations/{conversation_id}/events"
MAX_WAIT = 25
OPERATIONS = {GenerationMode.POSITIVE: 50, GenerationMode.NEGATIVE: 45}


# No shrinking: a failure says its request, and is soon told.
quickly = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


@schemathesis.serializer("message/rfc822")
def as_it_is(ctx: Any, value: Any) -> bytes:
    """A mail travels as it is written."""
    return value if isinstance(value, bytes) else getattr(value, "data", str(value).encode())


@pytest.fixture(scope="module")
def apart(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service of its own: requests that nobody thought of rewrite its records."""
    with running_service(postgres, tmp_path_factory.mktemp("openapi")) as started:
        yield started


@pytest.fixture(scope="module")
def tokens(apart: Service) -> dict[str, str]:
    """A conversation and keys that the generated requests may use."""
    with httpx2.Client(base_url=apart.url, timeout=30) as client:
        chat = Chat.open(client)
    keys = add_staff_keys(apart)
    return {"id": chat.id, "conversation": chat.token, "tickets": API_KEY, **keys}


# Not that every good request is accepted and every wrong one refused: a schema does not say which
# places or buttons exist, and the key is put back by `_aim`. `test_requests.py` tries these.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_request_is_answered_as_described(
    apart: Service, tokens: dict[str, str], mode: GenerationMode
) -> None:
    """Requests made from the service's own description, good ones then wrong ones."""
    described = schemathesis.openapi.from_url(f"{apart.url}/openapi.json")
    tried = 0
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.label == NEVER_ENDING or operation.method == "delete":
            continue  # an endless stream, an erasure, a withdrawal: tried elsewhere

        @quickly
        @given(case=operation.as_strategy(generation_mode=mode))
        def attempt(case: Any) -> None:
            _aim(case, tokens)
            response = case.call()
            case.validate_response(response, checks=CHECKS)

        with suppress(Unsatisfiable):  # nothing to get wrong
            attempt()
            tried += 1
    assert tried >= OPERATIONS[mode]


def _aim(case: Any, tokens: dict[str, str]) -> None:
    """Give a generated request the right to go further than the door."""
    if "conversation_id" in (case.path_parameters or {}):
        case.path_parameters["conversation_id"] = tokens["id"]
    wait = (case.query or {}).get("wait")
    if isinstance(wait, (int, float)) and wait <= MAX_WAIT:
        case.query["wait"] = 0
    if "resource_id" in (case.path_parameters or {}):
        case.path_parameters["resource_id"] = "acteur-amrf"
    keys = {"tickets": "tickets", "mails": "tickets", "resources": "sofia"}
    bearer = tokens[next((keys[name] for name in keys if name in case.path), "conversation")]
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {bearer}"}


@pytest.fixture(scope="module")
def document(base_url: str) -> dict[str, Any]:
    described: dict[str, Any] = httpx2.get(f"{base_url}/openapi.json").json()
    return described


def test_everything_is_described_in_french(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert all(each["description"] for each in operation["parameters"]), name
        assert all(each["description"] for each in operation["responses"].values()), name
    for name, schema in document["components"]["schemas"].items():
        assert schema["description"], name
        for field, told in schema.get("properties", {}).items():
            assert told.get("description"), (name, field)
    assert {tag for _, each in operations(document) for tag in each["tags"]} == {
        each["name"] for each in document["tags"]
    }
    for told in read_by_people(document):
        assert not ENGLISH.search(told), told
        assert not BAD_SPACING.search(told), told


def read_by_people(value: Any, key: str = "") -> Iterator[str]:
    """Go through every sentence of the description."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from read_by_people(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from read_by_people(each, key)
    elif key in ("description", "summary", "title") and isinstance(value, str):
        yield value


def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        refusals = {s: r for s, r in operation["responses"].items() if s >= "4"}
        for status, refusal in refusals.items():
            assert list(refusal["content"]) == ["application/problem+json"] or (
                name == "GET /readyz" and status == "503"
            )
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_example_follows_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for _, operation in operations(document):
        for content in contents(operation):
            schema = {**content.get("schema", {}), "components": document["components"]}
            for each in content.get("examples", {}).values():
                jsonschema_rs.validate(schema, each["value"])
                checked += 1
    assert checked >= 25


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through what an operation takes and returns."""
    asked = [operation["requestBody"]] if "requestBody" in operation else []
    for each in (*asked, *operation["responses"].values()):
        yield from each.get("content", {}).values()


def test_every_body_of_a_conversation_or_a_ticket_has_an_example(document: dict[str, Any]) -> None:
    described = dict(operations(document))
    assert set(examples()) <= set(described)
    for name, operation in described.items():
        if "requestBody" in operation and ("/conversations" in name or "/tickets" in name):
            assert "requete" in examples()[name], name


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health(client: httpx2.Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_metrics_count_turns_and_say_nothing(chat: Chat) -> None:
    chat.say("Comment créer un conseil des jeunes à Auch ?")
    text = chat.client.get("/metrics").text
    assert "orientation_tours_total" in text
    assert "Auch" not in text


def test_pages_are_served_with_a_strict_policy(client: httpx2.Client) -> None:
    for path in ("/", "/assistant", "/demo", "/confidentialite", "/accessibilite"):
        page = client.get(path)
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy


def test_resources_are_published_sourced_and_explained(client: httpx2.Client) -> None:
    found = client.get(
        "/api/v1/resources",
        params={"q": "budget participatif", "territoire": "32013", "population": 900},
    ).json()
    assert found["items"]
    assert all(item["url"] and item["source_date"] and item["why"] for item in found["items"])
    whole = client.get(f"/api/v1/resources/{found['items'][0]['id']}").json()
    assert whole["body"]
    assert client.get("/api/v1/resources/inconnue").status_code == 404


def test_a_draft_is_never_served(client: httpx2.Client) -> None:
    assert client.get("/api/v1/resources/outil-reunion-publique").status_code == 404


def test_territories_are_suggested(client: httpx2.Client) -> None:
    labels = [
        item["label"]
        for item in client.get("/api/v1/territoires", params={"q": "auch"}).json()["items"]
    ]
    assert labels[0] == "Auch (Gers)"


def test_rate_limit_can_only_be_lifted_on_loopback() -> None:
    from pydantic import ValidationError

    from api.settings import Settings

    with pytest.raises(ValidationError):
        Settings(host="0.0.0.0", rate_limit="off")  # noqa: S104 - refused, which is the point
