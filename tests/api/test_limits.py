"""The limits, on a service that has them."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from api import refusals
from api.postgres import EmbeddedPostgres
from tests.api.receiver import wait_for
from tests.conftest import Chat, Service, running_service


@pytest.fixture(scope="module")
def limited(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    with running_service(
        postgres,
        Path(tmp_path_factory.mktemp("limites")),
        ORIENTATION_RATE_LIMIT="on",
        ORIENTATION_MESSAGES_PER_MINUTE="3",
        ORIENTATION_REQUESTS_PER_MINUTE_PER_ADDRESS="12",
    ) as started:
        yield started


def test_the_fourth_message_of_a_minute_waits_and_is_not_lost(limited: Service) -> None:
    with httpx2.Client(base_url=limited.url, timeout=30) as client:
        chat = Chat.open(client)
        for _ in range(3):
            assert chat.post(text="bonjour").status_code == 200
        refused = chat.post(key="a", text="une vraie question")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert "secondes" in refused.json()["detail"]


def test_an_address_that_asks_too_much_waits(limited: Service) -> None:
    with httpx2.Client(base_url=limited.url, timeout=30) as client:
        codes = [client.post("/api/v1/conversations", json={}).status_code for _ in range(14)]
    assert 429 in codes


def test_a_flood_writes_one_line_a_minute_by_route(limited: Service) -> None:
    def lines(route: str) -> list[str]:
        told = [each for each in list(limited.output) if '"refusal": "trop_de_messages"' in each]
        return [each for each in told if f'"route": "{route}"' in each]

    opening, other = "POST /api/v1/conversations", "POST /api/v1/conversations/{conversation_id}"
    with httpx2.Client(base_url=limited.url, timeout=30) as client:
        answers = [client.post("/api/v1/conversations", json={}) for _ in range(60)]
        refused = [each for each in answers if each.status_code == 429]
        assert len(refused) > 30
        client.post("/api/v1/conversations/inconnue/messages", json={"text": "bonjour"})
    wait_for(lambda: bool(lines(f"{other}/messages")))  # written after those of the flood
    assert len(lines(opening)) == 1


def test_the_next_minute_and_another_route_are_told(caplog: pytest.LogCaptureFixture) -> None:
    key = ("trop_de_messages", f"GET /{secrets.token_hex(4)}")
    assert [refusals._told_lately(*key, now) for now in (5.0, 6.0, 64.9, 65.0)] == [
        False,
        True,
        True,
        False,
    ]
    assert not refusals._told_lately(key[0], f"GET /{secrets.token_hex(4)}", 6.0)
