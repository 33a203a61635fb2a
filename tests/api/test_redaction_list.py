"""The list of the editorial desk, as a browser without JavaScript reads it."""

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import psycopg
import pytest

from knowledge.resources.resource import french_today
from tests.api.console import enter
from tests.api.fiches import created, published
from tests.conftest import Service

Staff = dict[str, httpx2.Client]


@pytest.fixture(scope="module")
def desk(service: Service) -> Iterator[httpx2.Client]:
    """The browser of a writer."""
    with enter(service, f"Rédactrice {secrets.token_hex(3)}", "redacteur") as client:
        yield client


def listed(desk: httpx2.Client, **filters: Any) -> list[str]:
    """Return the identifiers that the list shows."""
    shown = desk.get("/redaction/", params=filters)
    assert shown.status_code == 200, shown.text
    return re.findall(r'<h3><a href="/redaction/fiches/([a-z0-9-]+)">', shown.text)


def test_a_new_draft_comes_first(desk: httpx2.Client, staff: Staff) -> None:
    draft = created(staff["claire"])
    assert listed(desk)[0] == draft["id"]


def test_each_filter_keeps_what_it_says(desk: httpx2.Client, staff: Staff) -> None:
    yesterday = (french_today() - timedelta(days=1)).isoformat()
    owner = f"Équipe {secrets.token_hex(3)}"
    draft = created(
        staff["claire"],
        themes=["alimentation"],
        territoires=["commune:32013"],
        responsable=owner,
        a_revoir_le=yesterday,
        expire_le=yesterday,
    )
    other = published(staff)
    soon = created(staff["claire"], expire_le=(french_today() + timedelta(days=30)).isoformat())
    later = created(staff["claire"], expire_le=(french_today() + timedelta(days=31)).isoformat())
    near = listed(desk, expire_bientot="true")
    assert soon["id"] in near
    assert not {draft["id"], other["id"], later["id"]} & set(near)
    assert "Expire bientôt" in desk.get("/redaction/", params={"q": soon["id"]}).text
    for filters in (
        {"etat": "brouillon"},
        {"type": "outil", "theme": "alimentation"},
        {"territoire": "32013"},
        {"territoire": "commune:32013"},
        {"territoire": "auch"},
        {"responsable": owner},
        {"a_revoir": "true"},
        {"expirees": "true"},
    ):
        found = listed(desk, **filters)
        assert draft["id"] in found, filters
        assert other["id"] not in found, filters
    assert other["id"] in listed(desk, etat="publie")


@pytest.mark.parametrize("words", ["événement", "evenement", "EVENEMENT", "l'événement coeur"])
def test_words_are_found_with_or_without_accents(
    desk: httpx2.Client, staff: Staff, words: str
) -> None:
    draft = created(staff["claire"], title="Préparer l’événement du cœur de bourg")
    assert draft["id"] in listed(desk, q=words)
    assert draft["id"] not in listed(desk, q=f"{words} trottinette")


def test_a_page_gone_is_found(desk: httpx2.Client, staff: Staff, service: Service) -> None:
    draft = created(staff["claire"])
    assert draft["id"] not in listed(desk, lien_mort="true")
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("UPDATE source SET link = 'mort 404' WHERE url = %s", (draft["url"],))
    assert draft["id"] in listed(desk, lien_mort="true")


def test_pages_follow_each_other_without_a_hole(desk: httpx2.Client, staff: Staff) -> None:
    theme = "égalité"
    made = {created(staff["claire"], themes=[theme])["id"] for _ in range(27)}
    shown = desk.get("/redaction/", params={"theme": theme, "etat": "brouillon"})
    seen = set(re.findall(r'<h3><a href="/redaction/fiches/([a-z0-9-]+)">', shown.text))
    following = re.search(r'<a href="([^"]+)" rel="next">', shown.text)
    assert following is not None
    address = following[1].replace("&amp;", "&")
    seen |= set(
        re.findall(
            r'<h3><a href="/redaction/fiches/([a-z0-9-]+)">', desk.get(f"/redaction/{address}").text
        )
    )
    assert made <= seen


@pytest.mark.parametrize(
    "filters",
    [{"etat": "perdu"}, {"type": "roman"}, {"suite": "n'importe quoi"}, {"q": "x" * 300}],
)
def test_a_wrong_filter_is_a_page_that_says_so(
    desk: httpx2.Client, filters: dict[str, str]
) -> None:
    refused = desk.get("/redaction/", params=filters)
    assert refused.status_code == 422
    assert "<h1>Contenu à corriger</h1>" in refused.text


def test_an_unknown_place_is_said(desk: httpx2.Client) -> None:
    shown = desk.get("/redaction/", params={"territoire": "Trifouilly-les-Oies"})
    assert "Aucun territoire ne s’appelle «&nbsp;Trifouilly-les-Oies&nbsp;»" in shown.text


def test_the_page_of_a_resource_shows_what_an_elu_will_see(
    desk: httpx2.Client, staff: Staff
) -> None:
    draft = created(staff["claire"], body="La mairie **écoute** les habitants du bourg. " * 12)
    shown = desk.get(f"/redaction/fiches/{draft['id']}")
    assert "<strong>écoute</strong>" in shown.text
    assert "Ce que verra un élu" in shown.text
    assert desk.get("/redaction/fiches/outil-inconnu").status_code == 404
