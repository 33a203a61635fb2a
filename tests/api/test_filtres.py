"""The filters of the queue that an advisor keeps: a tab each, with what it holds."""

import secrets

import httpx2

from tests.api.console import csrf, enter
from tests.api.redaction import words
from tests.api.tickets import create
from tests.conftest import Service

QUEUE = "/console/demandes"


def keep(client: httpx2.Client, nom: str, **query: str) -> httpx2.Response:
    """Keep the filter that is shown; the page that follows."""
    shown = client.get(QUEUE, params=query)
    data = {"csrf": csrf(shown), "nom": nom, **query}
    return client.post(f"{QUEUE}/filtres", data=data, follow_redirects=True)


def test_a_filter_is_kept_under_a_name_and_counts_its_requests(
    client: httpx2.Client, service: Service
) -> None:
    word = f"lavoir{secrets.token_hex(4)}"
    for theme in ("jeunesse", "jeunesse", "santé"):
        create(client, besoin=word, themes=[theme])
    with (
        enter(service, f"Claire {word[-6:]}", "conseiller") as claire,
        enter(service, f"Paul {word[-6:]}", "conseiller") as paul,
    ):
        kept = keep(claire, "Jeunes du Gers", vue="a_traiter", q=word, theme="jeunesse")
        assert "Ce filtre est gardé" in kept.text
        assert "Jeunes du Gers 2" in words(kept)
        assert "Jeunes du Gers" not in paul.get(QUEUE).text
        create(client, besoin=word, themes=["jeunesse"])
        assert "Jeunes du Gers 3" in words(claire.get(QUEUE))
        # The same name, another filter.
        named = "Jeunes  du\x00 Gers "
        changed = keep(claire, named, vue="toutes", q=f"{word}\x00", theme="santé")
        assert "Jeunes du Gers 1" in words(changed)
        assert "Donnez un nom à ce filtre" in keep(claire, "  ", vue="toutes").text
        address = changed.text.partition("/filtres/")[2].partition("/retirer")[0]
        data = {"csrf": csrf(claire.get(QUEUE))}
        other = {"csrf": csrf(paul.get(QUEUE))}
        assert paul.post(f"{QUEUE}/filtres/{address}/retirer", data=other).is_redirect
        assert "Jeunes du Gers 1" in words(claire.get(QUEUE))
        gone = claire.post(f"{QUEUE}/filtres/{address}/retirer", data=data, follow_redirects=True)
        assert "Ce filtre est retiré." in gone.text
        assert "Jeunes du Gers" not in gone.text


def test_no_more_than_twelve_filters_are_kept(service: Service) -> None:
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as claire:
        for number in range(12):
            assert "Ce filtre est gardé" in keep(claire, f"Filtre {number}", vue="toutes").text
        assert "déjà douze filtres" in keep(claire, "Un de trop", vue="toutes").text
        assert "Ce filtre est gardé" in keep(claire, "Filtre 3", vue="traitees").text
