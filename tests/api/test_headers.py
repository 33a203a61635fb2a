"""Headers of every page: nothing of another site runs, nothing personal is kept."""

from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from api.app import create_app
from api.droits.matrix import OPEN, load_matrix
from api.settings import Settings

GETS = sorted(
    line.removeprefix("GET ").replace("{name:path}", "v1.js").replace("{name}", "console.css")
    for line, action in load_matrix().routes.items()
    if line.startswith("GET ") and "{" not in line.replace("{name:path}", "").replace("{name}", "")
)
KEPT = ("/widget/", "/console/fichiers/", "/redaction/fichiers/")


@pytest.mark.parametrize("address", [*GETS, "/nulle-part", "/api/v1/nulle-part"])
def test_every_answer_is_guarded(client: httpx2.Client, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers
    if address.startswith(("/api/", "/console", "/redaction")) and not address.startswith(KEPT):
        assert headers["cache-control"] == "no-store"


def test_open_pages_set_no_cookie(client: httpx2.Client) -> None:
    for line, action in load_matrix().routes.items():
        if (
            action == OPEN
            and line.startswith("GET /")
            and "{" not in line
            and "console" not in line
        ):
            assert "set-cookie" not in client.get(line.removeprefix("GET ")).headers, line


@pytest.mark.parametrize(
    ("address", "expected"),
    [("https://orientation.exemple.fr", "max-age=31536000"), ("http://127.0.0.1:8000", None)],
)
async def test_https_once_is_https_for_ever(address: str, expected: str | None) -> None:
    container: Any = SimpleNamespace(settings=Settings(public_url=address))
    transport = httpx2.ASGITransport(app=create_app(container))
    async with httpx2.AsyncClient(transport=transport, base_url="http://essai") as opened:
        answer = await opened.get("/cgu")
    assert answer.headers.get("strict-transport-security") == expected
