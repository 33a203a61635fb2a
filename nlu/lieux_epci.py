"""The names by which an intercommunality is spoken of, from its official name."""

import re
from collections.abc import Container
from dataclasses import dataclass

from nlu.lieux_texte import name_words
from nlu.lieux_vocabulaire import LINKS, word_set

_PARENTHESIS = re.compile(r"\(([^)]*)\)")
_PREFIX = re.compile(
    r"^(?:CC|CA|CU|Communauté (?:de communes|d'agglomération|urbaine)|Eurométropole|Métropole)\s+"
    r"(?:de la |de l'|des |du |de |d')?",
)
_LINKED = re.compile(r"^(?:CC|CA|CU)\s+(?:de la |de l'|des |du |d'|la |le |les |l')")
# What is left out when the name is said: « Val de Drôme en Biovallée », « Lens - Liévin ».
_CUT = re.compile(r"\s+(?:en|[-\u2013])\s+")
_SUFFIXES = ("communaute de communes", "communaute", "agglomeration", "agglo", "metropole")
_MARKERS = word_set("metropole agglomeration agglo communaute")
_DIRECTIONS = word_set("nord sud est ouest centre")
# Names of everyday words that only an EPT bears.
COINED_NAMES = frozenset({"est ensemble", "plaine commune", "cap excellence"})
_ARTICLES = ("le ", "la ", "les ", "l ")
_NOT_GRAND = frozenset({"paris", "saint", "orly"})
_ADJECTIVE_ENDINGS = ("oise", "oises", "ienne", "iennes")
# First words of names that are also those of a landscape or of a country.
_LANDSCAPE = word_set(
    """
    pays massif cote bassin vallee vallees bas haut haute hauts petite coteaux monts mont
    bocage gorges landes riviera terre terres val baie golfe cevennes canton lacs collines
    plateau portes coeur estuaire
    """
)
EVERYDAY_ZIPF = 3.3
# An everyday name of so few words is not told from a phrase, even by its capitals.
_SHORT = 2
_MIN_ACRONYM = 3
_MIN_FREE_WORDS = 2


@dataclass(frozen=True, slots=True)
class SpokenNames:
    """Normalised names: `free` alone suffice, `cued` need a noun such as « agglo » before them."""

    free: tuple[str, ...]
    cued: tuple[str, ...]
    acronyms: tuple[str, ...]


def spoken_names(official: str, alias: tuple[str, ...] = ()) -> SpokenNames:
    """Derive spoken names.

    >>> spoken_names("CU du Grand Poitiers").free
    ('grand poitiers',)
    """
    bare = _PARENTHESIS.sub("", official).strip()
    core = " ".join(name_words(_PREFIX.sub("", bare)))
    names = [core, " ".join(name_words(bare)), *_variants(core), *_inner_names(official)]
    head = name_words(_PREFIX.sub("", _CUT.split(bare)[0]))
    if sum(word not in LINKS for word in head) >= _MIN_FREE_WORDS:
        names.append(" ".join(head))
    if names[0].startswith(_ARTICLES):  # « Le Grand Narbonne », « du Grand Narbonne »
        names.append(names[0].partition(" ")[2])
    names += [" ".join(name_words(name)) for name in alias if " " in name or "-" in name]
    free = [name for name in names if _is_free(name, official, core)]
    cued = [name for name in names if name not in free]
    return SpokenNames(_unique(free), _unique(cued), _unique(_acronyms(official, alias)))


def needs_cue(name: str, *, town_names: Container[str], frequency: float) -> bool:
    """Tell whether a free name is in fact a town, a landscape, or two everyday words."""
    words = name.split(" ")
    if len(words) == 1:
        return name in town_names or name.endswith(_ADJECTIVE_ENDINGS)
    if words[0] == "grand" and len(words) == _MIN_FREE_WORDS:
        return words[1] not in town_names or words[1] in _NOT_GRAND
    if words[-1] in _MARKERS or words[0] == "grand" or name in COINED_NAMES or "paris" in words:
        return False
    short = sum(word not in LINKS for word in words) <= _SHORT
    everyday = short and (frequency >= EVERYDAY_ZIPF or "et" in words)
    return name in town_names or everyday or words[0] in _LANDSCAPE


def _variants(core: str) -> list[str]:
    """Return the name cut after « Métropole » or before a suffix, and « Grand X » alone."""
    names = []
    for suffix in _SUFFIXES:
        if core.endswith(f" {suffix}"):
            names.append(core.removesuffix(f" {suffix}"))
    if core.endswith(" agglomeration"):
        names.append(core.removesuffix("meration"))
    head, metropole, tail = core.partition(" metropole ")
    if metropole and tail:
        names += [f"{head} metropole", head]
    words = core.split(" ")
    if words[0] == "grand" and len(words) > _MIN_FREE_WORDS and words[1] not in _NOT_GRAND:
        names.append(" ".join(words[:_MIN_FREE_WORDS]))
    return names


def _is_free(name: str, official: str, core: str) -> bool:
    """Tell whether a name may be recognised without a cue.

    Not a word alone, unless the official name has no article before it (« CA Arlysère », a coined
    name, against « CC du Trièves », a country); nor a direction (« Sud Gironde »); nor a name cut
    of its suffix, which is then that of a town or of a country.
    """
    words = name.split(" ")
    if words[0] in _DIRECTIONS and name != "est ensemble":
        return False
    if len(words) < _MIN_FREE_WORDS:
        coined = official.startswith(("CC ", "CA ", "CU ")) and not _LINKED.match(official)
        return coined and name == core
    whole = " ".join(name_words(_PARENTHESIS.sub("", official)))
    cut = not whole.endswith(name) and words[0] != "grand" and words[-1] not in _SUFFIXES
    return not cut and words[0] not in ("cc", "ca", "cu", "metropole")


def _inner_names(official: str) -> list[str]:
    inner = _PARENTHESIS.findall(official)
    names = [" ".join(name_words(text)) for text in inner if len(text.split()) > 1]
    return [name for name in names if not name.startswith(("cc ", "combles"))]


def _acronyms(official: str, alias: tuple[str, ...]) -> list[str]:
    inner = [text for text in _PARENTHESIS.findall(official) if " " not in text]
    own = re.findall(r"\b[A-Z][A-Z0-9]{3,}\b", official)
    single = [name for name in alias if " " not in name and "-" not in name]
    # Many communautés de communes share the same letters: CCPA, CCVL… are no names.
    letters = [name for name in (*inner, *own) if len(name) > _MIN_ACRONYM and name[:2] != "CC"]
    return [name.upper() for name in (*letters, *single)]


def _unique(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))
