"""The limits, on a service that has them."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from api.postgres import EmbeddedPostgres
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
