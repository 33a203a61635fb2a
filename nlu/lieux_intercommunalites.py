"""Intercommunalities as élus name them: « la com com de », « l'agglo de », « Grand Poitiers »."""

import re
from collections.abc import Iterator

from nlu import lieux_contexte as contexte
from nlu import lieux_vocabulaire as vocabulaire
from nlu.lieux_epci import COINED_NAMES, EVERYDAY_ZIPF
from nlu.lieux_gazetteer import Gazetteer, Place, ept_of
from nlu.lieux_indices import is_whole
from nlu.lieux_mentions import SURE, Hit, key_of, windows
from nlu.lieux_texte import Phrase

# Nouns of intercommunalities; True where a town's name after them means its intercommunality.
_CUES: dict[tuple[str, ...], bool] = {
    ("communaute", "de", "communes"): True,
    ("communaute", "de", "commune"): True,
    ("communaute", "d", "agglomeration"): True,
    ("communaute", "d", "agglo"): True,
    ("communaute", "urbaine"): True,
    ("etablissement", "public", "territorial"): False,
    ("com", "de", "com"): True,
    ("com", "com"): True,
    ("comm", "comm"): True,
    ("comcom", ): True,
    ("conseil", "communautaire"): True,
    ("codecom", ): True,
    ("cdc", ): True,
    ("cc", ): True,
    ("agglomeration", ): True,
    ("agglo", ): True,
    ("aglo", ): True,
    ("lagglo", ): True,
    ("laglo", ): True,
    ("linterco", ): True,
    ("eurometropole", ): True,
    ("metropole", ): True,
    ("interco", ): True,
    ("intercommunalite", ): True,
    ("communaute", ): False,
    ("epci", ): False,
    ("ept", ): False,
}  # fmt: skip
# Two letters that are also words: only in capitals.
_CAPITAL_CUES = frozenset({"CA", "CU"})
_BRANDS = frozenset({"agglo", "agglomeration", "metropole"})
# In lower case, a name of everyday words needs one of these.
_UNMISTAKABLE = frozenset({"metropole", "agglomeration", "agglo", "grand", "communaute", "paris"})
_LONG = 4
_LARGE = frozenset({"CA", "CU", "METRO"})
_SMALL = frozenset({"CC"})
_KINDS = {
    **dict.fromkeys(("agglo", "agglomeration", "aglo", "lagglo", "laglo", "ca"), _LARGE),
    **dict.fromkeys(("metropole", "eurometropole"), frozenset({"METRO"})),
    **dict.fromkeys(("com", "comm", "comcom", "codecom", "cc"), _SMALL),
}
_PETR = re.compile(r"\b(?:petr|pole|syndicat|scot)(?: \w+)*\Z")
_NAMING = re.compile(r"\b(?:est|sont|sommes|s appelle) (?:le|la|les|l)\Z")
_LOWER_ACRONYMS = frozenset({"paca", "bfc"})
_MAX_CUE = 3
_OF = frozenset({"de", "d"})
# They begin the names of intercommunalities, and of hardly anything else with a capital.
_LANDSCAPES = frozenset({"Cœur", "Coeur", "Terres", "Nord", "Sud"})
_COUNTRY_WORDS = 3
# Countries whose name says more than the intercommunality that took it.
_WIDER = frozenset({"pays basque"})


def find_epci(phrase: Phrase, gazetteer: Gazetteer) -> Iterator[Hit]:
    """Yield the intercommunalities named."""
    for start in range(len(phrase)):
        hit = (
            _after_cue(phrase, gazetteer, start)
            or _free(phrase, gazetteer, start)
            or _country(phrase, gazetteer, start)
            or _announced(phrase, gazetteer, start)
            or _branded(phrase, gazetteer, start)
            or _acronym(phrase, gazetteer, start)
        )
        if hit:
            yield hit


def _after_cue(phrase: Phrase, gazetteer: Gazetteer, start: int) -> Hit | None:
    length, of_town = _cue(phrase, start)
    if not length:
        return None
    name = start + length
    if name < len(phrase) and phrase.starts_sentence(name):
        return None
    linked = name
    while linked < len(phrase) and phrase.word(linked) in vocabulaire.DE | {"la", "le", "les", "l"}:
        linked += 1
    for first in range(name, linked + 1):
        if first < len(phrase) and (hit := _named(phrase, gazetteer, start, first)):
            return hit
    if of_town and linked > name:
        return _of_town(phrase, gazetteer, start, name, linked) or _of_village(
            phrase, gazetteer, start, linked
        )
    return None


def _cue(phrase: Phrase, start: int) -> tuple[int, bool]:
    """Return the length of the noun that begins here, 0 if none, and what it does of a town."""
    if phrase.tokens[start].raw in _CAPITAL_CUES:
        return 1, True
    for length in range(_MAX_CUE, 0, -1):
        words = tuple(phrase.word(i) for i in range(start, start + length))
        if words in _CUES and phrase.joined(start, start + length):
            return length, _CUES[words]
    return 0, False


def _named(phrase: Phrase, gazetteer: Gazetteer, start: int, first: int) -> Hit | None:
    for end, key in windows(phrase, gazetteer, first):
        places = gazetteer.epci.get(key)
        if places and not contexte.is_compound(phrase, first, end):
            return Hit(start, end, places, SURE)
    return None


def _of_town(
    phrase: Phrase, gazetteer: Gazetteer, start: int, name: int, linked: int
) -> Hit | None:
    """Read « l'agglo de Cahors » as the intercommunality of which Cahors is the main town."""
    for first in (linked - 1, linked):
        if not name <= first < len(phrase):
            continue
        for end, key in windows(phrase, gazetteer, first):
            # « des Monts » is not of Monts, a commune without an article.
            known = gazetteer.communes.get(key, ()) if phrase.word(first - 1) in _OF else ()
            towns = known or gazetteer.articled.get(key, ())
            places = _of_kind(phrase, start, _led_by(gazetteer, towns))
            if places:
                return Hit(start, end, places, SURE)
    return None


def _of_village(phrase: Phrase, gazetteer: Gazetteer, start: int, linked: int) -> Hit | None:
    """Ask what « la communauté de communes de Trémargat » means: the village leads none."""
    if not phrase.is_capital(linked):
        return None
    for end, key in windows(phrase, gazetteer, linked):
        villages = gazetteer.communes.get(key, ())
        sirens = dict.fromkeys(place.epci for place in villages if place.epci)
        holding = (gazetteer.by_key.get(("epci", siren)) for siren in sirens)
        places = (*(each for each in holding if each), *villages)
        if len(places) > len(villages):
            return Hit(start, end, places, SURE)
    return None


def _of_kind(phrase: Phrase, start: int, places: tuple[Place, ...]) -> tuple[Place, ...]:
    """Keep those of the kind said, if any: « l'agglo de Valence » is no communauté de communes."""
    kinds = _KINDS.get(phrase.word(start), frozenset())
    return tuple(p for p in places if getattr(p, "nature", None) in kinds) or places


def _led_by(gazetteer: Gazetteer, towns: tuple[Place, ...]) -> tuple[Place, ...]:
    sirens = (siren for town in towns for siren in (ept_of(town), town.epci) if siren)
    led = (siren for siren in sirens if gazetteer.main_commune[siren] in towns)
    found = (gazetteer.by_key.get(("epci", siren)) for siren in dict.fromkeys(led))
    return tuple(place for place in found if place)


def _free(phrase: Phrase, gazetteer: Gazetteer, start: int) -> Hit | None:
    for end, key in windows(phrase, gazetteer, start):
        places = gazetteer.epci_free.get(key)
        if places and _accepts_free(phrase, gazetteer, start, end):
            return Hit(start, end, places, SURE)
    return None


def _accepts_free(phrase: Phrase, gazetteer: Gazetteer, start: int, end: int) -> bool:
    if contexte.is_compound(phrase, start, end) or contexte.is_organisation(phrase, start):
        return False
    content = [i for i in range(start, end) if phrase.word(i) not in vocabulaire.LINKS]
    if end - start == 1:
        return phrase.is_capital(start) and not contexte.is_person(phrase, start, end)
    if gazetteer.frequency(key_of(phrase, start, end)) >= EVERYDAY_ZIPF:
        marked = any(phrase.word(i) in _UNMISTAKABLE for i in (*content, end))
        capitals = all(phrase.is_capital(i) for i in content)
        # No verb comes after a preposition: « agent à est ensemble ».
        coined = key_of(phrase, start, end) in COINED_NAMES
        long = end - start >= _LONG
        led = bool(contexte.preposition(phrase, start)) or is_whole(phrase, start, end)
        return long or marked or capitals or (coined and led)
    return True


def _country(phrase: Phrase, gazetteer: Gazetteer, start: int) -> Hit | None:
    """Read « le Pays de Meaux », with its capital, as the intercommunality of this name."""
    raw = phrase.tokens[start].raw
    if raw in _LANDSCAPES:
        hit = _named(phrase, gazetteer, start, start)
        return (
            hit if hit and hit.length >= _COUNTRY_WORDS and phrase.is_capital(hit.end - 1) else None
        )
    if raw != "Pays" or phrase.starts_sentence(start) or _PETR.search(phrase.left(start)):
        return None
    hit = _named(phrase, gazetteer, start, start)
    return None if hit and key_of(phrase, hit.start, hit.end) in _WIDER else hit


def _announced(phrase: Phrase, gazetteer: Gazetteer, start: int) -> Hit | None:
    """Read « notre CC, c'est le Clunisois »: a country whose intercommunality is spoken of."""
    key = key_of(phrase, start, start + 1)
    places = gazetteer.epci.get(key, ())
    named = phrase.is_capital(start) and _NAMING.search(phrase.left(start))
    if len(places) != 1 or not named:
        return None
    rare = gazetteer.frequency(key) < EVERYDAY_ZIPF and key not in gazetteer.communes
    said = any(_cue(phrase, i)[0] and phrase.same_sentence(i, start) for i in range(start))
    return Hit(start, start + 1, places, SURE) if rare and said else None


def _branded(phrase: Phrase, gazetteer: Gazetteer, start: int) -> Hit | None:
    """Read « Annemasse Agglo » as the intercommunality of which Annemasse is the main town."""
    for end, key in windows(phrase, gazetteer, start):
        follows = end < len(phrase) and phrase.joined(start, end + 1)
        if follows and phrase.word(end) in _BRANDS and key in gazetteer.communes:
            places = _led_by(gazetteer, gazetteer.communes[key])
            if places:
                return Hit(start, end + 1, places, SURE)
    return None


def _acronym(phrase: Phrase, gazetteer: Gazetteer, start: int) -> Hit | None:
    raw = phrase.tokens[start].raw
    places = gazetteer.acronyms.get(raw.upper())
    if not places or contexte.is_compound(phrase, start, start + 1):
        return None
    typed = raw.isupper() or (raw != raw.lower() and not raw.istitle())
    meant = typed and not phrase.shouting
    unmistakable = not gazetteer.frequencies.get(raw.lower()) and len(raw) > 3  # noqa: PLR2004
    if meant or raw.lower() in _LOWER_ACRONYMS or (unmistakable and phrase.is_capital(start)):
        return Hit(start, start + 1, places, SURE)
    return None
