"""Which région, intercommunalité or size of commune a place belongs to. Pure: no database."""

from collections.abc import Callable, Iterable

from knowledge.territoires.territoire import Territoire

Find = Callable[[str, str], Territoire | None]

_BOUNDS = (
    (500, "moins_de_500"),
    (2_000, "de_500_a_1999"),
    (3_500, "de_2000_a_3499"),
    (10_000, "de_3500_a_9999"),
    (50_000, "de_10000_a_49999"),
)
_LARGEST = "a_partir_de_50000"
_NO_COMMUNE = "autre_territoire"
SIZES = (*(name for _, name in _BOUNDS), _LARGEST, _NO_COMMUNE)
"""Sizes of communes, in order, then what is no commune; the words are in the texts."""


def group_places(find: Find, dimension: str, places: Iterable[str]) -> dict[str, str]:
    """Return the value of each place such as `commune:32013`; those without one are left out."""
    groups = {}
    for each in places:
        kind, _, code = each.partition(":")
        place = find(kind, code)
        value = _value(dimension, place) if place else None
        if value is not None:
            groups[each] = value
    return groups


def _value(dimension: str, place: Territoire) -> str | None:
    match dimension:
        case "regions":
            return place.region
        case "epci":
            return place.code if place.type == "epci" else place.epci
        case _:
            return size_of(place)


def size_of(place: Territoire) -> str | None:
    """Return the size of a commune; None when nobody counted its inhabitants."""
    if place.type != "commune":
        return _NO_COMMUNE
    if place.population is None:
        return None
    return next((name for below, name in _BOUNDS if place.population < below), _LARGEST)
