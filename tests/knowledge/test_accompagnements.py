"""Territories already accompanied: the data are sound, the nearest come first."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.accompagnements.loader import load_accompagnements
from knowledge.accompagnements.voisins import TerritoiresAccompagnes
from knowledge.orientation.vocabulaire import DISPOSITIFS
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.lookup import find_territoire
from knowledge.territoires.proximite import PROXIMITES, is_comparable, proximite
from knowledge.territoires.territoire import Territoire

BASE = load_territoires()
LINES = load_accompagnements()
KNOWN = TerritoiresAccompagnes(BASE, LINES)
ALL = tuple(BASE)
AUCH = BASE.get("commune", "32013")
PELUSSIN = BASE.get("commune", "42168")
CLUNISOIS = BASE.get("epci", "200040293")


def test_every_line_names_a_territory_of_today_once() -> None:
    assert len(LINES) == len(set(LINES)) == 205
    assert all(find_territoire(BASE, each.type, each.code) for each in LINES)
    assert {each.dispositif for each in LINES} == set(DISPOSITIFS)
    assert all(each.theme for each in LINES if each.dispositif == "projet_partage")


def test_a_region_is_not_taken_for_a_departement() -> None:
    aquitaine = BASE.get("region", "75")
    assert [each.dispositif for each in KNOWN.of(aquitaine)] == ["ateliers"]
    assert KNOWN.of(BASE.get("departement", "75")) == ()


def test_a_territory_knows_that_it_was_accompanied() -> None:
    assert [each.dispositif for each in KNOWN.of(PELUSSIN)] == ["parcours"]
    assert KNOWN.of(AUCH) == ()


def test_neighbours_come_before_those_that_only_compare() -> None:
    found = KNOWN.near(AUCH, limit=4)
    assert found[0].territoire.nom == "CC du Grand Armagnac"
    assert found[0].proximite == "meme_departement"
    ranks = [PROXIMITES.index(each.proximite) for each in found]
    assert ranks == sorted(ranks)


def test_one_offer_can_be_asked_for() -> None:
    shared = KNOWN.near(CLUNISOIS, dispositif="projet_partage")
    assert shared[0].territoire.nom == "Autun"
    kinds = {line.dispositif for each in shared for line in each.accompagnements}
    assert kinds == {"projet_partage"}


@pytest.mark.parametrize(
    ("one", "other", "link"),
    [
        (("commune", "32013"), ("commune", "32013"), "meme_territoire"),
        (("commune", "71137"), ("epci", "200040293"), "meme_epci"),
        (("commune", "32013"), ("departement", "32"), "meme_departement"),
        (("departement", "32"), ("departement", "46"), "meme_region_taille_comparable"),
        (("departement", "32"), ("departement", "58"), "taille_comparable"),
        (("commune", "32013"), ("commune", "75056"), None),
        # Département 75 is Paris, région 75 is Nouvelle-Aquitaine.
        (("departement", "75"), ("region", "75"), None),
    ],
)
def test_two_territories_are_near_by_membership_or_size(
    one: tuple[str, str], other: tuple[str, str], link: str | None
) -> None:
    first, second = (find_territoire(BASE, *key) for key in (one, other))
    assert first is not None
    assert second is not None
    assert proximite(first, second) == proximite(second, first) == link


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ALL), st.integers(1, 10))
def test_whatever_the_territory_what_is_shown_is_near_or_comparable(
    territoire: Territoire, limit: int
) -> None:
    found = KNOWN.near(territoire, limit=limit)
    assert len(found) <= limit
    assert len({each.territoire.code for each in found}) == len(found)
    for each in found:
        assert each.accompagnements
        assert each.territoire != territoire
        same_departement = each.territoire.departement == territoire.departement is not None
        # The members of an EPCI may belong to several départements (the Grand Paris has four).
        member = each.proximite == "meme_epci"
        assert member or same_departement or is_comparable(territoire, each.territoire)
