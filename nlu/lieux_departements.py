"""Départements and régions, whose names are also rivers, directions, words and communes."""

import re
from collections.abc import Iterator

from nlu import lieux_contexte as contexte
from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_gazetteer import Gazetteer, Place
from nlu.lieux_mentions import PLAIN, SURE, Hit, key_of, windows
from nlu.lieux_texte import Phrase

_ARTICLED = re.compile(r"(?:dans (?:le|la|les|l)|en|du|de la|de l|des|le|la|les|l)\Z")
_INSIDE = re.compile(r"\b(?:dans (?:le|la|les|l)|en)\Z")
_SAID = re.compile(
    r"\b(?:departements?|departemental|departementale|prefecture|dept)"
    r"(?: (?:de|du|de la|de l|des|d))?(?: (?:le|la|les|l))?\Z"
)
_OWNED = re.compile(
    r"\b(?:communes?|villages?|villes?|maires?|elue?s?|mairies?|adjointe?|petite|epci"
    r"|collectivites?|habitants|territoire|association des maires)(?: \w+)?"
    r" (?:du|de la|de l|des|de|d)\Z"
)
_REGION_SAID = re.compile(r"\b(?:region|regional|regionale)(?: (?:de|du|de la|de l|d))?(?: la)?\Z")
_PLACE_OF = re.compile(r"\b(?:a|de|d|maire|ville|commune|mairie)\Z")
# No town holds several communes: « des communes de La Réunion » are the département's.
_COMMUNES_OF = re.compile(
    r"\b(?:communes|villages|villes|maires|mairies|intercommunalites|intercos)(?: \w+)? d(?:e)?\Z"
)
_COLLECTIVITE = re.compile(r"\b(?:ile|collectivite)(?: d outre mer)? de\Z")
_HELD = re.compile(r"\b(?:communes?|villages?|villes?|mairies?|maires?|epci|region)(?: \w+)? de\Z")
_MEETING = re.compile(r"publique|du\b|de\b|d\b|des\b|avec|sur|qui|que|a\b|est\b|s\b|en\b")
_DIRECTION = re.compile(r"(?:de|du|d|des|est|ouest)\b")
# « L'Orne a voté », « La Creuse organise »: a body acts, where a river or a lot would not.
_SUBJECT_ARTICLES = frozenset({"le", "la", "l", "les"})
_ACTS = re.compile(
    r"a (?:fait|lance|vote|adopte|cree|choisi|finance|organise|monte|experimente|publie)\b"
    r"|(?:lance|organise|propose|finance|subventionne|souhaite|prepare|soutient|accompagne)\b"
)
_SEVERAL_OF = re.compile(
    r"\b(?:une?|des|les|plusieurs|quelques|autres?|deux|trois|nos|petite?s?)(?: \w+)?"
    r" (?:communes?|villages?|villes?|maires?|elue?s?|mairies?|adjointe?s?|collectivites?)"
    r" d(?:e)?\Z"
)
# « un maire de Corrèze » is of the département, « des élus de Vienne » of the town.
_TOWN_POPULATION = 5_000
_TO_COMMUNE = frozenset({"dans", "en", "du", "de", "d", "la", "le", "les", "l", "a", "cote"})
# Ordinary words that a number follows.
_NUMBERED_WORDS = frozenset({"lot", "somme"})
_MAX_LINKS = 3
_OVERSEAS_LENGTH = 3
_MAX_NAME_WORDS = 6


def find_departements(phrase: Phrase, gazetteer: Gazetteer) -> Iterator[Hit]:
    """Yield the départements and régions named."""
    previous: Hit | None = None
    for start in range(len(phrase)):
        for end, key in windows(phrase, gazetteer, start):
            hit = (
                _departement(phrase, gazetteer, start, end, key)
                or _region(phrase, gazetteer, start, end, key)
                or _listed(phrase, gazetteer, start, end, key=key, previous=previous)
            )
            if hit:
                previous = hit
                yield hit
                break


def _listed(
    phrase: Phrase, gazetteer: Gazetteer, start: int, end: int, *, key: str, previous: Hit | None
) -> Hit | None:
    """Go on a list that commas cut: « Tarn, Aveyron, Lot »."""
    places = gazetteer.departements.get(key)
    if not places or previous is None or previous.end != start or not phrase.is_capital(start):
        return None
    comma = phrase.gap(start).strip() == "," and previous.kind == "departement"
    return Hit(start, end, places, PLAIN) if comma and not _is_other(phrase, start, end) else None


def _departement(
    phrase: Phrase, gazetteer: Gazetteer, start: int, end: int, key: str
) -> Hit | None:
    places = gazetteer.departements.get(key)
    if not places or _is_other(phrase, start, end):
        return None
    left = phrase.left(start)
    region = gazetteer.regions.get(key)
    if region and _REGION_SAID.search(left):
        return Hit(start, end, region, SURE)
    if _accepts(phrase, gazetteer, start, end, key=key, left=left):
        return Hit(start, end, places, SURE if _SAID.search(left) else PLAIN)
    return None


def _is_other(phrase: Phrase, start: int, end: int) -> bool:
    return (
        contexte.is_compound(phrase, start, end)
        or contexte.is_person(phrase, start, end)
        or contexte.is_organisation(phrase, start)
        or contexte.is_expression(phrase, start, end)
        or contexte.is_abroad(phrase, start, end)
        or contexte.is_title(phrase, start, end)
        or (end == start + 1 and contexte.is_river(phrase, start))
    )


def _accepts(
    phrase: Phrase, gazetteer: Gazetteer, start: int, end: int, *, key: str, left: str
) -> bool:
    if left.endswith(" a") and key != "la reunion" and _is_commune(phrase, gazetteer, start, key):
        return False
    if (
        _SAID.search(left)
        or _is_numbered(phrase, gazetteer, start, end, key=key)
        or _follows_own(phrase, gazetteer, start, key)
    ):
        return True
    if key == "la reunion":
        return _is_island(phrase, start, end, left)
    if _is_commune(phrase, gazetteer, start, key):
        return _accepts_namesake(phrase, gazetteer, start, key=key, left=left)
    if key in vocabulaire.STRICT_DEPARTEMENTS:
        return _accepts_strict(phrase, start, end, key, left)
    product = key in vocabulaire.PRODUCTS and phrase.has_accents and not phrase.is_capital(start)
    return not product or bool(_INSIDE.search(left) or _OWNED.search(left))


def _accepts_namesake(
    phrase: Phrase, gazetteer: Gazetteer, start: int, *, key: str, left: str
) -> bool:
    """Tell whether a département is meant rather than the commune of the same name."""
    if any(len(p.code) == _OVERSEAS_LENGTH for p in gazetteer.departements[key]):
        return bool(_COLLECTIVITE.search(left))
    if _COMMUNES_OF.search(left) and key != "paris" and phrase.is_capital(start):
        return True
    if _SEVERAL_OF.search(left) and _bears_village(gazetteer, key):
        return True
    return _accepts_homonym(phrase, start, key, left)


def _is_commune(phrase: Phrase, gazetteer: Gazetteer, start: int, key: str) -> bool:
    """Tell whether a commune bears the same name, accents included when the élu types them."""
    raw = phrase.tokens[start].raw.casefold()
    names = [place.nom.casefold() for place in gazetteer.communes.get(key, ())]
    return bool(names) and (not phrase.has_accents or len(key) != len(raw) or raw in names)


def _bears_village(gazetteer: Gazetteer, key: str) -> bool:
    """Tell whether the communes of this name are too small to be thought of first."""
    communes = gazetteer.communes.get(key, ())
    return all((place.population or 0) < _TOWN_POPULATION for place in communes)


def _is_numbered(phrase: Phrase, gazetteer: Gazetteer, start: int, end: int, *, key: str) -> bool:
    """Tell whether the département's own number follows: « Lot (46) », not « lot 46 du marché »."""
    if key in _NUMBERED_WORDS and not phrase.is_capital(start):
        return False
    codes = {place.code.lower() for place in gazetteer.departements[key]}
    before = phrase.word(start - 1) in codes and phrase.gap(start).strip() in {"", ",", "-", "("}
    return phrase.word(end) in codes or (before and phrase.is_capital(start))


def _is_island(phrase: Phrase, start: int, end: int, left: str) -> bool:
    """« à La Réunion » is the island, « La Réunion publique » a meeting."""
    if left.endswith(" ile de") or left == "ile de":
        return True
    if _COMMUNES_OF.search(left) and phrase.is_capital(end - 1):
        return True
    if _MEETING.match(phrase.right(end)) and "," not in phrase.gap(end):
        return False
    if _HELD.search(left):
        return True
    if not phrase.is_capital(end - 1):
        return False
    return bool(re.search(r"\b(?:a|de|en|pour|sur)\Z", left)) or phrase.is_capital(start)


def _follows_own(phrase: Phrase, gazetteer: Gazetteer, start: int, key: str) -> bool:
    """Tell whether a commune that it holds stands just before: « Cahors (Lot) »."""
    end = start
    while end and start - end < _MAX_LINKS and phrase.word(end - 1) in _TO_COMMUNE:
        end -= 1
    led = end < start or not phrase.gap(start).isspace() or phrase.is_capital(start)
    if not led or not phrase.same_sentence(max(0, end - 1), start):
        return False
    codes = {place.code for place in gazetteer.departements[key]}
    return any(
        phrase.joined(first, end)
        and any(
            place.departement in codes
            for index in (gazetteer.communes, gazetteer.former)
            for place in index.get(key_of(phrase, first, end), ())
        )
        for first in range(max(0, end - _MAX_NAME_WORDS), end)
    )


def _accepts_homonym(phrase: Phrase, start: int, key: str, left: str) -> bool:
    """« la Mayenne » is the département, « Mayenne » the commune, and alone it may be both."""
    strict = key in vocabulaire.STRICT_DEPARTEMENTS
    if _INSIDE.search(left):
        return phrase.is_capital(start) or key in vocabulaire.LOWER_CASE_DEPARTEMENTS or not strict
    if key == "paris" or _PLACE_OF.search(left):
        return False
    articled = bool(_ARTICLED.search(left))
    if strict:
        return (articled and phrase.is_capital(start)) or not left
    return articled or phrase.is_capital(start)


def _accepts_strict(phrase: Phrase, start: int, end: int, key: str, left: str) -> bool:
    if key == "nord" and (_DIRECTION.match(phrase.right(end)) or phrase.is_capital(end)):
        return False
    if not phrase.is_capital(start):
        return bool(_INSIDE.search(left)) and key in vocabulaire.LOWER_CASE_DEPARTEMENTS
    if _INSIDE.search(left) or _OWNED.search(left):
        return True
    if left in _SUBJECT_ARTICLES and _ACTS.match(phrase.right(end)):
        return key not in {"nord", "manche"}
    return (
        bool(_ARTICLED.search(left))
        and key not in {"nord", "loire", "manche"}
        and not (phrase.starts_sentence(start - 1))
    )


def _region(phrase: Phrase, gazetteer: Gazetteer, start: int, end: int, key: str) -> Hit | None:
    places = tuple(p for p in gazetteer.regions.get(key, ()) if not _is_overseas(p))
    if not places or _is_other(phrase, start, end):
        return None
    left = phrase.left(start)
    said = bool(_REGION_SAID.search(left))
    if said or _accepts_region(phrase, gazetteer, start, end, key=key, left=left):
        return Hit(start, end, places, SURE if said else PLAIN)
    return None


def _accepts_region(
    phrase: Phrase, gazetteer: Gazetteer, start: int, end: int, *, key: str, left: str
) -> bool:
    if key == "grand est":
        capitals = phrase.is_capital(start) and phrase.is_capital(end - 1)
        return capitals or bool(_INSIDE.search(left))
    if gazetteer.communes.get(key) and re.search(r"\b(?:maire|mairie|a) ?(?:de)?\Z", left):
        return False
    if key == "corse":
        return phrase.is_capital(start) or bool(re.search(r"\b(?:en|de)\Z", left))
    return True


def _is_overseas(region: Place) -> bool:
    """Tell whether a région is also a département: it is then told as the département."""
    return region.code.startswith("0") or len(region.code) == _OVERSEAS_LENGTH
