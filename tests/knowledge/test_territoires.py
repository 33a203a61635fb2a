"""The base of territories: keys, codes, memberships, suggestions."""

import pytest

from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.errors import TerritoireNotFoundError
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.service import TerritoireService
from knowledge.territoires.territoire import to_context
from tests.lieux import AUCH, EST_ENSEMBLE, GERS, GRAND_AUCH, OCCITANIE, PARIS


@pytest.fixture(scope="module")
def base() -> TerritoireBase:
    return load_territoires()


@pytest.fixture(scope="module")
def service(base: TerritoireBase) -> TerritoireService:
    return TerritoireService(base)


def test_every_level_is_there(base: TerritoireBase) -> None:
    counts: dict[str, int] = {}
    for each in base:
        counts[each.type] = counts.get(each.type, 0) + 1
    assert counts == {"commune": 34_969, "epci": 1_266, "departement": 109, "region": 26}


@pytest.mark.parametrize(
    ("code", "type_", "nom"),
    [
        (AUCH, "commune", "Auch"),
        ("2A004", "commune", "Ajaccio"),
        ("2a", "departement", "Corse-du-Sud"),
        ("01", "departement", "Ain"),
        ("974", "departement", "La Réunion"),
        (GRAND_AUCH, "epci", "CA Grand Auch Cœur de Gascogne"),
        (EST_ENSEMBLE, "epci", "Est Ensemble"),
        ("75111", "commune", "Paris"),
        ("01340", "commune", "Arboys en Bugey"),
        (" 32013 ", "commune", "Auch"),
    ],
)
def test_a_code_alone_finds_its_territory(
    base: TerritoireBase, code: str, type_: str, nom: str
) -> None:
    found = base.resolve(code)
    assert found is not None
    assert (found.type, found.nom) == (type_, nom)


@pytest.mark.parametrize("code", ["", "00000", "99999", "999999999", "20", "abc"])
def test_an_unknown_code_finds_nothing(base: TerritoireBase, code: str) -> None:
    assert base.resolve(code) is None


def test_departement_and_region_of_the_same_code_are_two(base: TerritoireBase) -> None:
    assert base.get("departement", "76").nom == "Seine-Maritime"
    assert base.get("region", "76").nom == "Occitanie"


def test_a_missing_key_is_named(base: TerritoireBase) -> None:
    with pytest.raises(TerritoireNotFoundError, match="commune:75111"):
        base.get("commune", "75111")


def test_parents_go_from_the_nearest_to_the_widest(base: TerritoireBase) -> None:
    parents = base.parents(base.get("commune", AUCH))
    assert [(each.type, each.code) for each in parents] == [
        ("epci", GRAND_AUCH),
        ("departement", GERS),
        ("region", OCCITANIE),
    ]


def test_a_commune_of_grand_paris_has_two_intercommunalities(base: TerritoireBase) -> None:
    noms = [each.nom for each in base.parents(base.get("commune", "93048"))]
    assert noms == [
        "Métropole du Grand Paris",
        "Est Ensemble",
        "Seine-Saint-Denis",
        "Île-de-France",
    ]


def test_members_of_an_intercommunality_and_of_an_ept(base: TerritoireBase) -> None:
    assert AUCH in {each.code for each in base.members(GRAND_AUCH)}
    assert len(base.members(EST_ENSEMBLE)) == 9
    assert base.members("999999999") == ()


def test_every_membership_leads_to_a_known_territory(base: TerritoireBase) -> None:
    for each in base:
        for siren in filter(None, (each.epci, each.ept)):
            assert base.get("epci", siren).departement


def test_an_island_without_intercommunality(base: TerritoireBase) -> None:
    assert base.get("commune", "29155").epci is None


def test_populations_add_up(base: TerritoireBase) -> None:
    gers = base.get("departement", GERS)
    communes = [e for e in base if e.type == "commune" and e.departement == GERS]
    assert gers.population == sum(each.population or 0 for each in communes)


def test_context_keeps_what_compares_territories(base: TerritoireBase) -> None:
    context = to_context(base.get("commune", AUCH))
    assert (context.code, context.departement, context.epci) == (AUCH, GERS, GRAND_AUCH)


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("auch", "Auch (Gers)"),
        ("AUC", "Auch (Gers)"),
        ("32000", "Auch (Gers)"),
        ("32013", "Auch (Gers)"),
        ("grand auch", "CA Grand Auch Cœur de Gascogne (intercommunalité)"),
        ("gers", "Gers (département)"),
        ("occit", "Occitanie (région)"),
        ("st etienne", "Saint-Étienne (Loire)"),
        ("l'hay", "L'Haÿ-les-Roses (Val-de-Marne)"),
        ("havre", "Le Havre (Seine-Maritime)"),
        ("arbignieu", "Arboys en Bugey (Ain)"),
        ("paris", "Paris (Paris)"),
    ],
)
def test_typing_suggests(service: TerritoireService, query: str, label: str) -> None:
    assert label in [each.label for each in service.autocomplete(query, limit=5)]


def test_the_most_populated_homonym_comes_first(service: TerritoireService) -> None:
    suggestions = service.autocomplete("Saint-Denis", limit=3)
    assert suggestions[0].code == "97411"
    assert suggestions[1].code == "93066"


def test_exact_name_comes_before_prefixes(service: TerritoireService) -> None:
    assert service.autocomplete("Paris", limit=2)[0].code in {PARIS, "75"}


@pytest.mark.parametrize("query", ["", " ", "a", "-", "zzzzzz", "\x00", "%"])
def test_nothing_to_suggest(service: TerritoireService, query: str) -> None:
    assert service.autocomplete(query) == ()
