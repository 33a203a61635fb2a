"""Synonyms and acronyms kept by staff: read, tried, changed, searched with at once."""

import time
from typing import Any

import httpx2
import pytest

Staff = dict[str, httpx2.Client]
ROOT = "/api/v1/synonyms"
# « chantier à ciel ouvert » is said by no record: only its synonym can lead to the walks.
WALK = {"sens": "diagnostic en marchant", "formes": ["zzmarche", "tour de rues"]}


def _entry(client: httpx2.Client, meaning: str) -> dict[str, Any]:
    items = client.get(ROOT).json()["items"]
    return next(each for each in items if each["sens"] == meaning)


def _first(client: httpx2.Client, question: str) -> str:
    found = client.get("/api/v1/resources", params={"q": question, "type": "outil"}).json()
    return str(found["items"][0]["id"])


def test_the_product_s_own_synonyms_are_there(staff: Staff) -> None:
    entry = _entry(staff["claire"], "budget participatif")
    assert "bp" in entry["formes"]
    assert entry["modifie_par"] is None
    assert _entry(staff["claire"], "appel à manifestation d'intérêt")["majuscules"] is True


def test_a_new_synonym_is_searched_with_at_once(client: httpx2.Client, staff: Staff) -> None:
    assert _first(client, "zzmarche") != "outil-diagnostic-en-marchant"
    added = staff["claire"].post(ROOT, json=WALK)
    assert added.status_code == 201, added.text
    deadline = time.monotonic() + 10
    while _first(client, "zzmarche") != "outil-diagnostic-en-marchant":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    path = added.headers["Location"]
    read = staff["paul"].get(path)
    assert read.json()["modifie_par"] == "claire"
    removed = staff["paul"].delete(path, headers={"If-Match": read.headers["ETag"]})
    assert removed.status_code == 204
    assert staff["paul"].get(path).status_code == 404
    back = staff["karim"].post(ROOT, json=WALK)
    assert (back.status_code, back.headers["Location"]) == (201, path)


def test_its_effect_is_shown_before(staff: Staff) -> None:
    harmless = staff["claire"].post(f"{ROOT}/effect", json=WALK).json()
    assert harmless["perdues"] == []
    words = ["habitants", "commune", "comment", "projet", "village", "gens", "maire", "faire"]
    noisy = {"sens": "convention citoyenne intercommunale de transition", "formes": words}
    effect = staff["claire"].post(f"{ROOT}/effect", json=noisy).json()
    assert effect["perdues"]
    assert effect["apres"]["mrr_at_10"] < effect["avant"]["mrr_at_10"]
    items = staff["claire"].get(ROOT).json()["items"]
    assert noisy["sens"] not in [each["sens"] for each in items]


def test_two_editors_do_not_overwrite_each_other(staff: Staff) -> None:
    entry = _entry(staff["claire"], "conseil de quartier")
    path = f"{ROOT}/{entry['id']}"
    etag = {"If-Match": staff["claire"].get(path).headers["ETag"]}
    body = {"sens": entry["sens"], "formes": [*entry["formes"], "cq"]}
    assert staff["claire"].put(path, json=body).status_code == 428
    assert staff["claire"].put(path, json=body, headers=etag).status_code == 200
    stale = staff["karim"].put(path, json=body, headers=etag)
    assert stale.status_code == 412
    assert staff["karim"].delete(path, headers=etag).status_code == 412
    assert staff["karim"].get(path).json()["formes"][-1] == "cq"


@pytest.mark.parametrize(
    "wrong",
    [
        {"sens": "conseil citoyen", "formes": []},
        {"sens": "conseil citoyen", "formes": ["un deux trois quatre cinq six"]},
        {"sens": "conseil citoyen", "formes": ["!!!"]},
        {"sens": "conseil citoyen", "formes": ["Conseil Citoyen"]},
        {"sens": "…………", "formes": ["cc"]},
        {"sens": "conseil citoyen", "formes": ["cc"], "autre": 1},
    ],
)
def test_a_wrong_entry_is_refused(staff: Staff, wrong: dict[str, Any]) -> None:
    response = staff["claire"].post(ROOT, json=wrong)
    assert response.status_code == 422
    assert response.json()["detail"]


def test_an_entry_twice_and_strangers_are_refused(client: httpx2.Client, staff: Staff) -> None:
    again = staff["claire"].post(ROOT, json={"sens": "Budget participatif", "formes": ["budpart"]})
    assert again.status_code == 409
    assert "déjà son entrée" in again.json()["detail"]
    assert client.get(ROOT).status_code == 401
    assert staff["claire"].get(f"{ROOT}/99999999999").status_code == 404
