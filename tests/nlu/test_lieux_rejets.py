"""Places that the élu sets aside are not kept; « pas » elsewhere in the sentence hides nothing."""

import pytest

from nlu.lieux import LieuFinder
from tests.nlu.lieux_finder import keys, lieu_finder

# (sentence, codes expected in order; a star marks a place cited as an example)
REJECTED: tuple[tuple[str, str], ...] = (
    ("Saint-Denis dans le 93, pas le Saint-Denis de La Réunion", "commune:93066"),
    ("Le budget participatif de Rennes, pas celui de Brest", "commune:35238"),
    ("La démarche de Rennes et non celle de Brest", "commune:35238"),
    ("la convention de Rennes plutôt que celle de Brest", "commune:35238"),
    ("Rennes plutôt que Brest", "commune:35238"),
    ("je voudrais plutôt Rennes que Brest", "commune:35238"),
    ("les communes du Finistère, sauf Brest", "departement:29"),
    ("toutes les communes du Finistère sauf celles de Brest métropole", "departement:29"),
    ("les villages du Finistère hormis Quimper et Brest", "departement:29"),
    ("Je parle de Cahors, pas de Figeac", "commune:46042"),
    ("nous sommes à Cahors, non à Figeac", "commune:46042"),
    ("je suis élu à Cahors et pas du tout à Figeac", "commune:46042"),
    ("Auch, mais pas l'expérience menée à Toulouse", "commune:32013"),
    ("maire d'Auch, je ne veux pas ressembler à Toulouse", "commune:32013"),
    ("Auch, contrairement à Toulouse", "commune:32013"),
    ("je n'ai pas dit Figeac", ""),
    ("Cahors, pas toute la communauté d'agglomération du Grand Cahors", "commune:46042"),
    ("dans le 46, pas dans le 47", "departement:46"),
    ("la Bretagne plutôt que la Normandie", "region:53"),
    ("J'avais dit Cahors mais c'est Figeac", "commune:46102"),
    ("je me suis trompé, pas Cahors mais Figeac", "commune:46102"),
    ("c pas cahors c figeac", "commune:46102"),
    ("jsui pas de cahors, chui de figeac", "commune:46102"),
    ("pas a cahors ni a gourdon, a figeac", "commune:46102"),
    ("on n'est ni à Cahors ni à Gourdon mais à Figeac", "commune:46102"),
    ("Figeac oui, Cahors non", "commune:46102"),
    ("Il ne s'agit pas de la commune de Cahors mais de Figeac", "commune:46102"),
    ("Pas l'exemple de Cahors svp, j'en voudrais un à Figeac", "commune:46102"),
    ("Nous ne sommes plus à Cahors mais à Figeac", "commune:46102"),
    ("oubliez Cahors, c'est Figeac", "commune:46102"),
    ("la commune de Cahors, pas le Grand Cahors", "commune:46042"),
)
KEPT: tuple[tuple[str, str], ...] = (
    ("Pourquoi pas à Cahors ?", "commune:46042"),
    ("N'oubliez pas Cahors dans votre liste", "commune:46042"),
    ("Pas de réponse de la mairie de Cahors", "commune:46042"),
    ("on n'a pas encore de conseil citoyen à Cahors", "commune:46042"),
    ("ce n'est pas possible à Cahors", "commune:46042"),
    ("Et pas seulement Cahors ?", "commune:46042"),
    ("pas loin de Cahors", "commune:46042"),
    ("sauf erreur de ma part, Cahors est éligible", "commune:46042"),
    ("à part ça, à Cahors tout va bien", "commune:46042"),
    ("plutôt que d'attendre, Cahors veut agir", "commune:46042"),
    ("Je ne suis pas maire de Cahors mais adjointe", "commune:46042"),
    ("je suis agent et pas élu à Cahors", "commune:46042"),
    ("Je ne suis pas élue, simple habitante de Cahors", "commune:46042"),
    ("ah non je suis à Cahors", "commune:46042"),
    ("Cahors n'a pas de budget participatif", "commune:46042"),
    ("Auch, plus Cahors et Figeac", "commune:32013 commune:46042 commune:46102"),
    ("à part Cahors, Figeac a-t-elle un budget participatif ?", "commune:46102"),
)


@pytest.fixture(scope="module")
def finder() -> LieuFinder:
    return lieu_finder()


@pytest.mark.parametrize(("text", "expected"), [*REJECTED, *KEPT])
def test_only_what_is_not_set_aside_is_kept(finder: LieuFinder, text: str, expected: str) -> None:
    found = finder.find(text)
    assert keys(found) == expected.split()
    assert not found.ambiguites


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mairie de Saillans, pas celui de la Gironde", "commune:26289"),
        ("Lamentin, pas celui de Martinique", "commune:97115"),
    ],
)
def test_a_homonym_set_aside_leaves_the_other(finder: LieuFinder, text: str, expected: str) -> None:
    assert keys(finder.find(text)) == [expected]
