"""Which collectivités could work together: three to five, near or comparable, each in one group."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.projets_partages.groupes import (
    MAX_COLLECTIVITES,
    MIN_COLLECTIVITES,
    Demandeur,
    propose_groups,
)
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.proximite import COMPARABLE
from knowledge.territoires.territoire import TerritoireType

BASE = load_territoires()
ALL = tuple(BASE)
WHEN = datetime(2026, 11, 24, tzinfo=UTC)


def asking(*codes: str, kind: TerritoireType = "commune", demandes: int = 1) -> list[Demandeur]:
    return [Demandeur(BASE.get(kind, code), demandes, WHEN) for code in codes]


def names(codes: tuple[Demandeur, ...]) -> set[str]:
    return {each.territoire.nom for each in codes}


def test_neighbours_of_one_departement_make_a_group() -> None:
    (groupe,) = propose_groups(asking("32013", "32107", "32256"))
    assert (groupe.lien, groupe.code) == ("meme_departement", "32")
    assert names(groupe.demandeurs) == {"Auch", "Condom", "Mirande"}


def test_two_are_not_enough_even_close() -> None:
    assert propose_groups(asking("32013", "32107")) == ()


def test_a_narrow_link_takes_a_collectivite_before_a_wider_one() -> None:
    clunisois = [each.code for each in BASE.members("200040293")][:3]
    groupes = propose_groups(asking(*clunisois, "71076", "71153", "71270"))
    assert [each.lien for each in groupes] == ["meme_epci", "meme_departement"]
    assert {each.territoire.code for each in groupes[0].demandeurs} == set(clunisois)


def test_distant_ones_of_a_similar_size_can_work_together() -> None:
    # Gers, Lot, Nièvre and Meuse: two of one région, all of a similar size.
    (groupe,) = propose_groups(asking("32", "46", "58", "55", kind="departement"))
    assert groupe.lien == "taille_comparable"
    assert len(groupe.demandeurs) == 4


def test_a_village_is_not_put_with_a_city() -> None:
    assert propose_groups(asking("75056", "71137", "32013")) == ()
    # Nor in one région: Paris, and two villages of Île-de-France, each in its département.
    assert propose_groups(asking("75056", "77228", "95211")) == ()


def test_a_region_brings_together_those_of_a_similar_size() -> None:
    # Toulouse, of the same région, is far larger than the three others.
    (groupe,) = propose_groups(asking("32013", "46042", "09225", "31555"))
    assert (groupe.lien, groupe.code) == ("meme_region", "76")
    assert names(groupe.demandeurs) == {"Auch", "Cahors", "Pamiers"}


def test_six_make_two_groups_of_three() -> None:
    gers = [each.code for each in ALL if each.type == "commune" and each.departement == "32"][:6]
    groupes = propose_groups(asking(*gers))
    assert sum(len(each.demandeurs) for each in groupes) == 6
    assert {len(each.demandeurs) for each in groupes} == {3}


DEMANDEURS = st.lists(
    st.builds(Demandeur, st.sampled_from(ALL), st.integers(1, 9), st.just(WHEN)),
    max_size=40,
    unique_by=lambda each: (each.territoire.type, each.territoire.code),
)


@settings(max_examples=300, deadline=None)
@given(DEMANDEURS)
def test_every_group_keeps_its_promise(demandeurs: list[Demandeur]) -> None:
    groupes = propose_groups(demandeurs)
    placed = [each for groupe in groupes for each in groupe.demandeurs]
    assert len(placed) == len(set(placed))
    assert set(placed) <= set(demandeurs)
    for groupe in groupes:
        assert MIN_COLLECTIVITES <= len(groupe.demandeurs) <= MAX_COLLECTIVITES
        territoires = [each.territoire for each in groupe.demandeurs]
        if groupe.lien == "taille_comparable":
            populations = [each.population or 0 for each in territoires]
            assert 0 < max(populations) <= COMPARABLE * min(populations)
            assert len({each.type for each in territoires}) == 1
        elif groupe.lien == "meme_departement":
            assert {each.departement for each in territoires} == {groupe.code}
        elif groupe.lien == "meme_region":
            assert {each.region for each in territoires} == {groupe.code}
            populations = [each.population or 0 for each in territoires]
            assert 0 < max(populations) <= COMPARABLE * min(populations)
            assert len({each.type for each in territoires}) == 1
    shuffled = propose_groups(demandeurs[::-1])
    assert {frozenset(each.demandeurs) for each in shuffled} == {
        frozenset(each.demandeurs) for each in groupes
    }
