"""What the tests of tickets share: a key, a request, its address."""

from typing import Any

import httpx2

from orientation_client import Orientation
from tests.conftest import API_KEY

KEY = {"Authorization": f"Bearer {API_KEY}"}
BODY = {
    "besoin": "Nous cherchons un appui pour créer un conseil de développement.",
    "courriel": "agglo@exemple.fr",
    "territoire_code": "200023620",
    "themes": ["conseil de développement"],
    "route": "conseiller",
}


def create(client: httpx2.Client, **changes: Any) -> dict[str, Any]:
    """Create a ticket through HTTP and return it."""
    created = client.post("/api/v1/tickets", json={**BODY, **changes}, headers=KEY)
    assert created.status_code == 201, created.text
    body: dict[str, Any] = created.json()
    assert created.headers["location"] == f"/api/v1/tickets/{body['reference']}"
    return body


def path(ticket: dict[str, Any], tail: str = "") -> str:
    """Address of a ticket."""
    return f"/api/v1/tickets/{ticket['reference']}{tail}"


def partner(url: str) -> Orientation:
    """The Python client of a partner system, to be closed."""
    return Orientation(url, key=API_KEY)
