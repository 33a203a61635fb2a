"""Who was already accompanied nearby: by the API, and in the conversation when it helps."""

import httpx2
import pytest

from tests.conftest import Chat

pytestmark = pytest.mark.rasa
PATH = "/api/v1/accompagnements"


def test_the_api_gives_neighbours_with_their_source(client: httpx2.Client) -> None:
    body = client.get(PATH, params={"territoire": "32013", "limit": 3}).json()
    assert body["territoire"]["nom"] == "Auch"
    assert body["deja"] == []
    assert body["items"][0]["nom"] == "CC du Grand Armagnac"
    assert body["items"][0]["proximite"] == "meme_departement"
    assert body["source"]["licence"] == "Licence Ouverte 2.0"
    assert body["source"]["date"] == "2025-12-23"


def test_the_api_tells_a_territory_already_accompanied(client: httpx2.Client) -> None:
    body = client.get(PATH, params={"territoire": "commune:42168", "dispositif": "parcours"}).json()
    assert [each["dispositif"] for each in body["deja"]] == ["parcours"]
    kinds = {line["dispositif"] for item in body["items"] for line in item["accompagnements"]}
    assert kinds == {"parcours"}


@pytest.mark.parametrize("code", ["99999", "commune:32", "quartier:1", "", "\x00"])
def test_an_unknown_territory_is_told_in_french(client: httpx2.Client, code: str) -> None:
    response = client.get(PATH, params={"territoire": code})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_the_conversation_shows_them_when_an_accompaniment_is_asked(chat: Chat) -> None:
    chat.say("Maire d'Auch, nous voulons être accompagnés dans la durée")
    for _ in range(4):
        if chat.last["dialogue"]["question"] is None:
            break
        chat.press("/passer")
    told = [each for each in chat.last["messages"] if "territoires_accompagnes" in each]
    assert len(told) == 1
    assert "CC du Grand Armagnac (même département, 13\u202f441 habitants)" in told[0]["text"]
    assert "ateliers interactifs" in told[0]["text"]
    assert "mardi 23 décembre 2025" in told[0]["text"]
    assert chat.last["orientation"]["route"] == "territoires_engagement"


def test_a_territory_that_followed_a_parcours_is_told_so(chat: Chat) -> None:
    chat.say("La commune de Pélussin veut un nouvel accompagnement sur plusieurs années")
    for _ in range(4):
        if chat.last["dialogue"]["question"] is None:
            break
        chat.press("/passer")
    said = "\n".join(each.get("text", "") for each in chat.last["messages"])
    assert "Pélussin a déjà eu recours à cette offre\u00a0: parcours" in said
    assert chat.last["orientation"]["rule_id"] == "conseiller-parcours-deja-suivi"
