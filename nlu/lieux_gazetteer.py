"""The names of every territory, indexed for matching. Built once from data handed to nlu."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import wordfreq

from nlu.lieux_epci import needs_cue, spoken_names
from nlu.lieux_texte import name_words
from nlu.lieux_vocabulaire import LINKS, PROPER_TOWNS
from nlu.text import strip_accents
from nlu.understanding import TerritoireType

COMMON_ZIPF = 3.0
ZIPF_OFFSET = 9
_ARTICLES = frozenset({"le", "la", "les", "l"})
_INSEE_LENGTH = 5
# From which a town is thought of before the village whose name it bears for short.
_LEAST_TOWN = 3_000
_TOWN_RATIO = 5
# The same, of the commune that took the village in.
_FORMER_RATIO = 2
# How many words a name that is cut keeps, and those that no name ends with.
_LEAST_CUT = 3
_NEVER_LAST = LINKS | {"sur", "sous", "saint", "sainte", "et", "en", "pres", "notre", "grand"}
# From how many letters, and under which Zipf frequency, the first half of a name is a name.
_LEAST_FIRST = 5
_SELDOM_ZIPF = 2.0
# Rivers and countries that new communes took into their name: « les bords d'Erdre » names none.
_LANDSCAPES = frozenset({"erdre", "vexin", "mauges", "vair", "boivre", "divatte"})
_SHORTENED_BEFORE = frozenset({"sur", "sous", "les", "en", "au", "aux", "le", "la", "du", "d", "l"})


class Place(Protocol):
    """What the finder needs to know of a territory: `understanding.Lieu` has this shape."""

    @property
    def type(self) -> TerritoireType:
        """Commune, EPCI, département or région."""

    @property
    def code(self) -> str:
        """INSEE code or SIREN."""

    @property
    def nom(self) -> str:
        """Official name."""

    @property
    def departement(self) -> str | None:
        """Code of the département, the main one for an EPCI."""

    @property
    def region(self) -> str | None:
        """Code of the région."""

    @property
    def epci(self) -> str | None:
        """SIREN of the EPCI of a commune."""

    @property
    def population(self) -> int | None:
        """Inhabitants."""

    @property
    def codes_postaux(self) -> tuple[str, ...]:
        """Postal codes of a commune."""

    @property
    def alias(self) -> tuple[str, ...]:
        """Other names and former INSEE codes."""


Index = dict[str, tuple[Place, ...]]


@dataclass(slots=True)
class Gazetteer:
    """Indexes by normalised name (words separated by one blank) or by code.

    `communes` holds current names, `former` the names of déléguées and other names of communes,
    `articled` the names that begin with an article, without it (the article is in the name).
    `beginnings` holds every run of words that begins a name, and whether it is one.
    `epci` needs a cue such as « agglo de », `epci_free` does not. `frequencies` is the Zipf
    frequency of the words that are the whole of a name (0 to 8; 3 is an ordinary word).
    """

    communes: Index = field(default_factory=dict)
    former: Index = field(default_factory=dict)
    articled: Index = field(default_factory=dict)
    epci: Index = field(default_factory=dict)
    epci_free: Index = field(default_factory=dict)
    acronyms: Index = field(default_factory=dict)
    departements: Index = field(default_factory=dict)
    regions: Index = field(default_factory=dict)
    by_key: dict[tuple[str, str], Place] = field(default_factory=dict)
    postal: Index = field(default_factory=dict)
    insee: dict[str, Place] = field(default_factory=dict)
    main_commune: dict[str, Place] = field(default_factory=dict)
    beginnings: dict[str, bool] = field(default_factory=dict)
    frequencies: dict[str, float] = field(default_factory=dict)
    common_words: frozenset[str] = frozenset()

    def frequency(self, key: str) -> float:
        """Return how ordinary a name is: the Zipf frequency of its rarest word."""
        return min((self.frequencies.get(word, 0.0) for word in content_words(key)), default=0.0)


def content_words(key: str) -> list[str]:
    """Return the words of a normalised name without its first article."""
    words = key.split(" ")
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def build_gazetteer(places: Iterable[Place]) -> Gazetteer:
    """Index every territory by its names and codes."""
    gazetteer = Gazetteer()
    for place in places:
        gazetteer.by_key[place.type, place.code] = place
    for place in gazetteer.by_key.values():
        _INDEXERS[place.type](gazetteer, place)
    _measure(gazetteer)
    _index_cut_names(gazetteer)
    _index_short_names(gazetteer)
    _index_first_names(gazetteer)
    return gazetteer


def _add(index: Index, key: str, place: Place) -> None:
    if key and place not in index.get(key, ()):
        index[key] = (*index.get(key, ()), place)


def _index_commune(gazetteer: Gazetteer, place: Place) -> None:
    _add_commune_name(gazetteer, gazetteer.communes, place.nom, place)
    if "(" in place.nom:  # « Château-Chinon (Ville) » and « (Campagne) »
        _add_commune_name(gazetteer, gazetteer.communes, place.nom.partition("(")[0], place)
    for alias in place.alias:
        if len(alias) == _INSEE_LENGTH and alias[-3:].isdigit():
            gazetteer.insee[alias] = place
        else:
            _add_commune_name(gazetteer, gazetteer.former, alias, place)
    for code in place.codes_postaux:
        _add(gazetteer.postal, code, place)
    gazetteer.insee[place.code] = place
    for siren in filter(None, (place.epci, ept_of(place))):
        main = gazetteer.main_commune.get(siren)
        if main is None or (place.population or 0) > (main.population or 0):
            gazetteer.main_commune[siren] = place


def _add_commune_name(gazetteer: Gazetteer, index: Index, name: str, place: Place) -> None:
    words = name_words(name)
    _add(index, " ".join(words), place)
    if len(words) > 1 and words[0] in _ARTICLES:
        _add(gazetteer.articled, " ".join(words[1:]), place)


def _index_cut_names(gazetteer: Gazetteer) -> None:
    """Know « Plan d'Aups », the only name that begins so, for Plan-d'Aups-Sainte-Baume."""
    begun: dict[str, set[str]] = {}
    for key in gazetteer.communes:
        words = key.split(" ")
        for count in range(_LEAST_CUT, len(words)):
            head = words[:count]
            proper = [word for word in head if word not in _NEVER_LAST]
            if head[-1] not in _NEVER_LAST and len(proper) > 1 and "et" not in head:
                begun.setdefault(" ".join(head), set()).add(key)
    known = gazetteer.communes.keys() | gazetteer.former.keys() | gazetteer.articled.keys()
    for beginning, keys in begun.items():
        seldom = gazetteer.frequency(beginning) < COMMON_ZIPF and not beginning.startswith("saint")
        if len(keys) == 1 and beginning not in known and seldom:
            gazetteer.former[beginning] = gazetteer.communes[next(iter(keys))]
            gazetteer.beginnings[beginning] = True


def _index_first_names(gazetteer: Gazetteer) -> None:
    """Know « Gentioux », a word that begins no other name, for Gentioux-Pigerolles."""
    begun: dict[str, set[str]] = {}
    for key in (*gazetteer.communes, *gazetteer.former, *gazetteer.epci):
        begun.setdefault(key.partition(" ")[0], set()).add(key)
    for key, places in list(gazetteer.communes.items()):
        first, _, second = key.partition(" ")
        joined = second and " " not in second and "-" in places[0].nom
        proper = len(first) >= _LEAST_FIRST and gazetteer.frequencies.get(first, 0) < _SELDOM_ZIPF
        if joined and proper and len(begun[first]) == 1 and first not in gazetteer.articled:
            gazetteer.former[first] = places
            gazetteer.beginnings[first] = True


def _index_short_names(gazetteer: Gazetteer) -> None:
    """Give a village the towns that are called by its name for short: « Lagny », « Asnières ».

    The village alone bears the name, but most people mean Lagny-sur-Marne. A short name that none
    bears, « Mantes », is given to all that it begins.
    """
    longer = _longer_names(gazetteer)
    for index, ratio in ((gazetteer.communes, _TOWN_RATIO), (gazetteer.former, _FORMER_RATIO)):
        for key in index.keys() & longer.keys():
            places = index[key]
            if len(places) == 1 or _is_shortened(gazetteer, key):
                index[key] = (*places, *_far_larger(longer[key], places, ratio))
    known = gazetteer.communes.keys() | gazetteer.former.keys() | gazetteer.articled.keys()
    begun = _by_first_word(gazetteer)
    for key in longer.keys() - known - _LANDSCAPES:
        if _is_shortened(gazetteer, key) and _far_larger(longer[key]):
            gazetteer.former[key] = tuple(begun[key])
            gazetteer.beginnings[key] = True


def _longer_names(gazetteer: Gazetteer) -> dict[str, list[Place]]:
    """Return the communes under each beginning of their name that is said for short."""
    longer: dict[str, list[Place]] = {}
    for key, places in gazetteer.communes.items():
        words = key.split(" ")
        for rank in range(1, len(words) - 1):
            if words[rank] in _SHORTENED_BEFORE:
                longer.setdefault(" ".join(words[:rank]), []).extend(places)
    return longer


def _by_first_word(gazetteer: Gazetteer) -> dict[str, dict[Place, None]]:
    """Return the communes under the first word of their name, each once."""
    begun: dict[str, dict[Place, None]] = {}
    for key, places in gazetteer.communes.items():
        begun.setdefault(key.partition(" ")[0], {}).update(dict.fromkeys(places))
    return begun


def _is_shortened(gazetteer: Gazetteer, key: str) -> bool:
    """Tell whether a name that several bear is a proper one: « Neuilly », not « Mont »."""
    return " " not in key and (key in PROPER_TOWNS or 0 < gazetteer.frequency(key) < COMMON_ZIPF)


def _far_larger(
    towns: list[Place], places: tuple[Place, ...] = (), ratio: int = _TOWN_RATIO
) -> list[Place]:
    size = max(_LEAST_TOWN, *(ratio * (place.population or 0) for place in places), 0)
    return [t for t in towns if (t.population or 0) >= size and t not in places]


def _index_epci(gazetteer: Gazetteer, place: Place) -> None:
    names = spoken_names(place.nom, place.alias)
    for name in names.free:
        _add(gazetteer.epci_free, name, place)
    for name in (*names.free, *names.cued):
        _add(gazetteer.epci, name, place)
    for acronym in names.acronyms:
        _add(gazetteer.acronyms, acronym, place)


def _index_departement(gazetteer: Gazetteer, place: Place) -> None:
    for name in (place.nom, *place.alias):
        _add(gazetteer.departements, " ".join(name_words(name)), place)


def _index_region(gazetteer: Gazetteer, place: Place) -> None:
    for name in (place.nom, *place.alias):
        if is_acronym(name):
            _add(gazetteer.acronyms, name.upper(), place)
        else:
            _add(gazetteer.regions, " ".join(name_words(name)), place)


_INDEXERS = {
    "commune": _index_commune,
    "epci": _index_epci,
    "departement": _index_departement,
    "region": _index_region,
}


def is_acronym(name: str) -> bool:
    """Tell whether a name of use is an acronym, to be matched in capitals: PACA, AuRA, m2A."""
    return " " not in name and sum(char.isupper() for char in name[1:]) > 0 and "-" not in name


def ept_of(place: Place) -> str | None:
    """Return the EPT of a commune when the data know it (`understanding.Lieu` does not)."""
    ept: str | None = getattr(place, "ept", None)
    return ept


def _measure(gazetteer: Gazetteer) -> None:
    """Note how the names begin and how ordinary their words are."""
    indexes: tuple[Mapping[str, object], ...] = (
        gazetteer.communes,
        gazetteer.former,
        gazetteer.articled,
        gazetteer.epci,
        gazetteer.departements,
        gazetteer.regions,
    )
    used: set[str] = set()
    for index in indexes:
        for key in index:
            words = key.split(" ")
            used.update(words)
            for count in range(1, len(words)):
                gazetteer.beginnings.setdefault(" ".join(words[:count]), False)
            gazetteer.beginnings[key] = True
    frequencies = _folded_frequencies()
    gazetteer.frequencies = {word: frequencies[word] for word in used if word in frequencies}
    gazetteer.common_words = frozenset(
        word for word, zipf in frequencies.items() if zipf >= COMMON_ZIPF
    )
    _demote_epci_names(gazetteer)


def _demote_epci_names(gazetteer: Gazetteer) -> None:
    """Keep as free only the names of EPCI that cannot be read as something else."""
    towns = gazetteer.communes.keys() | gazetteer.articled.keys()
    gazetteer.epci_free = {
        name: places
        for name, places in gazetteer.epci_free.items()
        if not needs_cue(name, town_names=towns, frequency=gazetteer.frequency(name))
    }


def _folded_frequencies() -> dict[str, float]:
    """Return the Zipf frequency of French words without accents, the highest of homographs."""
    folded: dict[str, float] = {}
    for word, frequency in wordfreq.get_frequency_dict("fr", "large").items():
        key = word if word.isascii() else strip_accents(word)
        folded[key] = max(folded.get(key, 0.0), frequency)
    return {word: math.log10(value) + ZIPF_OFFSET for word, value in folded.items()}
