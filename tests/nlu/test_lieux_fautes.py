"""Misspelt places, numbers of départements and spoken names, as élus type them in a hurry."""

import pytest

from nlu.lieux import LieuFinder
from tests.nlu.lieux_finder import keys, lieu_finder

# (sentence, codes expected in order; a star marks a place cited as an example)
SENTENCES: tuple[tuple[str, str], ...] = (
    # Names of several words, misspelt, wherever they stand.
    ("boulogne bilancour", "commune:92012"),
    ("je bosse pour boulogne-bilancourt", "commune:92012"),
    ("aix en provance veut des conseils de quartier", "commune:13001"),
    ("clermon ferrand", "commune:63113"),
    ("villefranche sur saonne", "commune:69264"),
    ("Saint Etiène du Rouvray", "commune:76575"),
    ("bonjour, ville neuve sur lot", "commune:47323"),
    # A name alone answers a question.
    ("Carcassone", "commune:11069"),
    ("bonjour, montpelier", "commune:34172"),
    # Départements and régions, misspelt.
    ("dans le finister", "departement:29"),
    ("une commune en dordone", "departement:24"),
    ("on est en vandée", "departement:85"),
    ("dans la girronde", "departement:33"),
    ("en ocitanie", "region:76"),
    ("dans le tarn et garone", "departement:82"),
    ("dans les alpes de haute provance", "departement:04"),
    ("dans les pyrénées atlantique", "departement:64"),
    ("une mairie de seine et marn", "departement:77"),
    ("bourgogne franche conté", "region:27"),
    # Numbers of départements.
    ("on cherche un animateur ds le 32", "departement:32"),
    ("konéssé vs des expé ds le 31 svp", "departement:31"),
    ("CHERCHE ANIMATEUR DS LE 31", "departement:31"),
    ("qui connaît un jury ds 62", "departement:62"),
    ("habitante du 93 depuis toujours", "departement:93"),
    ("les collectivités du 35", "departement:35"),
    ("des assos du 35 ?", "departement:35"),
    ("on est au 974", "departement:974"),
    ("ds le 2b", "departement:2B"),
    ("dans le 59 et le 62", "departement:59 departement:62"),
    ("ste colombe ds le 05", "commune:05135"),
    # Spoken names of intercommunalities.
    ("jsui agent a est ensemble", "epci:200057875"),
    ("le budget participatif d'est ensemble", "epci:200057875"),
    ("la concertation à plaine commune svp", "epci:200057867"),
    ("jbosse a grand paris sud", "epci:200059228"),
    ("com de com du pays de fayence", "epci:200004802"),
    ("linterco du pays de fayence", "epci:200004802"),
    ("l'aglo de cahors", "epci:200023737"),
    ("gd poitiers", "epci:200069854"),
    ("saint quentin en yvelines agglo", "epci:200058782"),
    ("le TCO", "epci:249740101"),
    # What stands beside a name helps to know it.
    ("les communes du Gers comme Mirande", "departement:32 commune:32256*"),
    ("chambery, code postal 73000", "commune:73065"),
    ("saint paul a la reunion", "commune:97415"),
    ("les élus de Saint-Paul, à La Réunion, qui débutent", "commune:97415"),
    ("sainte malo en ille et vilaine", "commune:35288"),
    ("Grenobl veut un conseil citoyen", "commune:38185"),
    # Short names in use.
    ("maire de Sarlat", "commune:24520"),
    ("élu à La Baule", "commune:44055"),
    ("conseillère à Thonon", "commune:74281"),
    ("la ville du Touquet", "commune:62826"),
    ("Bourgoin", "commune:38053"),
    ("une commune de la réunion", "departement:974"),
)
NOTHING = (
    # Numbers that count, date or number something else.
    "ds 15 jours",
    "ds 62 communes",
    "dans 62 % des cas",
    "du 12 au 15 mai",
    "les gens du 12 mai",
    "habitants du 12 rue des Lilas",
    "dans le 12 place de la mairie",
    "le conseil du 15",
    "la réunion du 27 s'est mal passée",
    "le bus du 32",
    "on a eu 974 votants",
    "le 974 votants",
    "de 45 à 62",
    "on est 62",
    # Misspelt French, which is no place.
    "consertation citoyene",
    "conseil munisipal",
    "ki peu nou édé a fére une consertassion avec lé abitant",
    "demarche partissipative ac lé jeunne de la vile",
    "mercii",
    "bonsoar",
    "en finistérien",
    "village de vacances",
    "Conseill a donner à un élu",
    "Citoyen a voté, habitan veut parler",
    "en visio conférence",
    "dans la manière",
    "hello",
    "please",
    # Verbs and words, not intercommunalities.
    "tout le conseil est ensemble",
    "une plaine commune aux deux villages",
)


@pytest.fixture(scope="module")
def finder() -> LieuFinder:
    return lieu_finder()


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_the_place_is_found(finder: LieuFinder, text: str, expected: str) -> None:
    found = finder.find(text)
    assert keys(found) == expected.split()
    assert not found.ambiguites


@pytest.mark.parametrize("text", NOTHING)
def test_no_place_is_invented(finder: LieuFinder, text: str) -> None:
    found = finder.find(text)
    assert keys(found) == []
    assert not found.ambiguites


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("maire de Villefranche", 3),
        ("nous habitons Le Pin", 9),
        ("élue à Bagnères", 2),
        ("maire de Bruay", 2),
    ],
)
def test_a_short_name_of_several_towns_is_asked(finder: LieuFinder, text: str, count: int) -> None:
    [ambiguite] = finder.find(text).ambiguites
    assert len(ambiguite.candidats) == count
