"""What the tests of the console share: someone who enters, a form that is sent."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import psycopg

from api.comptes.login import hash_token
from tests.conftest import Service

PASSWORD = "cheval agrafe lampe rivage"
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def add_invitation(
    service: Service,
    courriel: str | None,
    role: str,
    *,
    expires_at: datetime | None = None,
) -> str:
    """Write an invitation as the command does; return the path of its page."""
    token = secrets.token_urlsafe(32)
    until = expires_at or datetime.now(UTC) + timedelta(days=1)
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO compte_invitation (token_hash, courriel, role, expires_at)"
            " VALUES (%s, %s, %s, %s)",
            (hash_token(token), courriel, role, until),
        )
    return f"/console/invitation/{token}"


def csrf(page: httpx2.Response) -> str:
    """Return the secret of the forms of a page."""
    found = _CSRF.search(page.text)
    assert found is not None, page.text
    return found[1]


def submit(
    client: httpx2.Client, shown_at: str, to: str | None = None, **fields: Any
) -> httpx2.Response:
    """Open a page, fill its form in and send it; the redirection is not followed."""
    data = {"csrf": csrf(client.get(shown_at, follow_redirects=True)), **fields}
    return client.post(to or shown_at, data=data)


def accept(client: httpx2.Client, path: str, nom: str, /, **changes: str) -> httpx2.Response:
    """Make an account from an invitation."""
    fields = {
        "courriel": f"{nom.lower().replace(' ', '.')}@exemple.fr",
        "nom": nom,
        "mot_de_passe": PASSWORD,
        "confirmation": PASSWORD,
    }
    return submit(client, path, **{**fields, **changes})


def open_client(service: Service) -> httpx2.Client:
    """Return a browser of its own, without JavaScript."""
    return httpx2.Client(base_url=service.url, timeout=30)


@contextmanager
def enter(service: Service, nom: str, role: str) -> Iterator[httpx2.Client]:
    """Make an account, and give the browser of whoever just entered."""
    courriel = f"{nom.lower().replace(' ', '.')}.{secrets.token_hex(3)}@exemple.fr"
    with open_client(service) as client:
        made = accept(client, add_invitation(service, courriel, role), nom)
        assert made.status_code == 303, made.text
        yield client
