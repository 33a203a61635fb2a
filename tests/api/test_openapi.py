"""The API as its own description says, tried with requests that nobody thought of."""

from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from tests.conftest import API_KEY, Chat, Service


@schemathesis.serializer("message/rfc822")
def as_it_is(ctx: Any, value: Any) -> bytes:
    """A mail travels as it is written."""
    return value if isinstance(value, bytes) else getattr(value, "data", str(value).encode())


@pytest.fixture(scope="session")
def tokens(service: Service, staff_keys: dict[str, str]) -> dict[str, str]:
    """A conversation and keys that the generated requests may use."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        chat = Chat.open(client)
        return {"id": chat.id, "conversation": chat.token, "tickets": API_KEY, **staff_keys}


def test_no_request_breaks_the_service(service: Service, tokens: dict[str, str]) -> None:
    """Requests made from the service's own description: none may make it fail."""
    described = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    tried = 0
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.path.endswith(("/events", "/archive")) or operation.method == "delete":
            continue  # an endless stream, an erasure, a withdrawal: tried elsewhere

        @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def attempt(case: Any) -> None:
            _aim(case, tokens)
            case.call_and_validate(checks=[not_a_server_error])

        attempt()
        tried += 1
    assert tried >= 15


def _aim(case: Any, tokens: dict[str, str]) -> None:
    """Give a generated request the right to go further than the door."""
    if "conversation_id" in case.path_parameters:
        case.path_parameters["conversation_id"] = tokens["id"]
    if "wait" in case.query:
        case.query["wait"] = 0
    if "resource_id" in case.path_parameters:
        case.path_parameters["resource_id"] = "acteur-amrf"
    keys = {"tickets": "tickets", "mails": "tickets", "resources": "sofia"}
    bearer = tokens[next((keys[name] for name in keys if name in case.path), "conversation")]
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {bearer}"}


def test_every_operation_is_described_in_french(client: httpx2.Client) -> None:
    described = client.get("/openapi.json").json()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)


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
