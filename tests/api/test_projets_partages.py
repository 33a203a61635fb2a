"""Advisors see which collectivités ask about the same theme, with the numbers and the mention."""

from typing import Any

import httpx2
import pytest

from tests.api.tickets import KEY, create
from tests.conftest import Chat

pytestmark = pytest.mark.rasa
PATH = "/api/v1/projets-partages/candidats"
THEME = "tiers-lieu"


def candidates(client: httpx2.Client, **params: str) -> dict[str, Any]:
    response = client.get(PATH, params=params, headers=KEY)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_three_neighbours_on_one_theme_are_proposed_with_their_numbers(
    client: httpx2.Client,
) -> None:
    for code in ("32013", "32107", "32256", "32013"):
        create(client, territoire_code=code, themes=[THEME, "culture"])
    create(client, territoire_code="75056", themes=[THEME])
    create(client, territoire_code=None, themes=[THEME])
    Chat.open(client).say("Comment ouvrir un tiers-lieu dans une commune de 900 habitants ?")
    body = candidates(client, theme=THEME)
    (found,) = body["items"]
    assert found["theme"] == THEME
    assert (found["demandes"], found["collectivites"]) == (5, 4)
    assert found["conversations"] >= 1
    (groupe,) = found["groupes"]
    assert (groupe["lien"], groupe["code"], groupe["demandes"]) == ("meme_departement", "32", 4)
    assert {each["nom"] for each in groupe["collectivites"]} == {"Auch", "Condom", "Mirande"}
    assert groupe["population"]["max"] > groupe["population"]["min"] > 0
    assert "L311-3-1" in body["mention"]
    assert any("même département" in each for each in body["regles"])
    assert "{" not in "".join(body["regles"])


def test_the_period_bounds_what_is_read(client: httpx2.Client) -> None:
    for code in ("32013", "32107", "32256"):
        create(client, territoire_code=code, themes=["bénévolat"])
    assert candidates(client, theme="bénévolat")["items"]
    assert not candidates(client, theme="bénévolat", jusque="2020-01-01T00:00:00Z")["items"]
    wrong = {"depuis": "2026-02-01T00:00:00Z", "jusque": "2026-01-01T00:00:00Z"}
    refused = client.get(PATH, params=wrong, headers=KEY)
    assert refused.status_code == 422
    assert "période" in refused.json()["detail"]


def test_only_advisors_read_it(client: httpx2.Client, staff: dict[str, httpx2.Client]) -> None:
    assert client.get(PATH).status_code == 401
    assert staff["claire"].get(PATH).status_code == 403
