"""Homonyms: never guessed, always offered, settled by what the message or the conversation says."""

import pytest

from nlu.lieux import LieuFinder
from tests.lieux import SAINT_DENIS_97411
from tests.nlu.lieux_finder import keys, lieu_finder

# (sentence, mention, codes among the candidates, how many candidates)
AMBIGUOUS: tuple[tuple[str, str, set[str], int], ...] = (
    ("Je suis maire de Saint-Denis", "Saint-Denis", {"11339", "30247", "93066", "97411"}, 4),
    ("j'habite a st denis", "st denis", {"11339", "30247", "93066", "97411"}, 4),
    ("maire de Sainte-Colombe", "Sainte-Colombe", {"05135", "35262"}, 12),
    ("ste colombe", "ste colombe", {"05135"}, 12),
    ("à Montreuil", "Montreuil", {"28267", "85148", "93048"}, 3),
    ("Villeneuve", "Villeneuve", {"04242", "59009"}, 9),
    ("élu au Pin", "Pin", {"03208", "14504"}, 9),
    ("à Saint-Martin", "Saint-Martin", {"32389"}, 5),
    ("Vienne", "Vienne", {"38544", "86"}, 2),
    ("Mayenne", "Mayenne", {"53147", "53"}, 2),
    ("La Rochelle", "La Rochelle", {"17300", "70450"}, 2),
    ("Saillans a fait une révolution citoyenne", "Saillans", {"26289", "33364"}, 2),
    (
        "communauté de communes des Quatre Rivières",
        "communauté de communes des Quatre Rivières",
        {"247000623", "247400666", "200069730"},
        3,
    ),
    ("Commune d'Aix", "Aix", {"19002", "13001", "73008"}, 3),
    ("Evry", "Evry", {"89162", "91228"}, 2),
    ("je suis à fontenay", "fontenay", {"88175", "94033"}, 8),
    ("nous sommes à Condé", "Condé", {"36059", "14174", "59153"}, 4),
    ("Mantes", "Mantes", {"78361", "78362"}, 2),
    ("à Paray, on hésite", "Paray", {"71342", "91479"}, 5),
    ("Charenton veut un jury", "Charenton", {"94018"}, 2),
    ("à Épinay, on débat", "Épinay", {"27049", "93031"}, 4),
    ("32300", "32300", {"32256"}, 31),
)


@pytest.fixture(scope="module")
def finder() -> LieuFinder:
    return lieu_finder()


@pytest.mark.parametrize(("text", "mention", "codes", "count"), AMBIGUOUS)
def test_a_homonym_is_asked(
    finder: LieuFinder, text: str, mention: str, codes: set[str], count: int
) -> None:
    found = finder.find(text)
    assert found.territoires == ()
    [ambiguite] = found.ambiguites
    assert ambiguite.mention == text[ambiguite.start : ambiguite.end] == mention
    assert codes <= {each.code for each in ambiguite.candidats}
    assert len(ambiguite.candidats) == count


def test_candidates_come_with_what_tells_them_apart(finder: LieuFinder) -> None:
    [ambiguite] = finder.find("Saint-Denis").ambiguites
    first = ambiguite.candidats[0]
    assert (first.type, first.code, first.nom) == ("commune", SAINT_DENIS_97411, "Saint-Denis")
    assert first.departement == "974"
    populations = [each.population or 0 for each in ambiguite.candidats]
    assert populations == sorted(populations, reverse=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saint-Denis (11)", "commune:11339"),
        ("Je suis maire de Saint-Denis, dans le Gard", "commune:30247"),
        ("Saint-Denis, 93200", "commune:93066"),
        ("Saint-Denis en Île-de-France", "commune:93066"),
        ("Sainte-Colombe en Gironde", "commune:33390"),
        ("Saint-Martin dans le Gers", "commune:32389"),
        ("et à Clamecy, celle de la Nièvre, ils ont fait quoi ?", "commune:58079*"),
        ("commune de Montreuil, Vendée", "commune:85148"),
        ("Montreuil (Vendée)", "commune:85148"),
    ],
)
def test_the_message_settles_a_homonym(finder: LieuFinder, text: str, expected: str) -> None:
    found = finder.find(text)
    assert keys(found) == [expected]
    assert not found.ambiguites


def test_an_earlier_turn_settles_a_homonym(finder: LieuFinder) -> None:
    assert keys(finder.find("Saint-Denis", context_departement="93")) == ["commune:93066"]
    assert keys(finder.find("Montreuil", context_epci="200057875")) == ["commune:93048"]


def test_the_message_outweighs_the_earlier_turn(finder: LieuFinder) -> None:
    found = finder.find("Saint-Denis, à La Réunion", context_departement="93")
    assert keys(found) == ["commune:97411"]


def test_a_departement_without_the_homonym_does_not_hide_it(finder: LieuFinder) -> None:
    found = finder.find("Saint-Denis", context_departement="32")
    assert len(found.ambiguites[0].candidats) == 4
