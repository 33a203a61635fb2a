"""How near or comparable two territories are: by membership and size, without any distance."""

from typing import Literal, get_args

from knowledge.territoires.territoire import Territoire

Proximite = Literal[
    "meme_territoire",
    "meme_epci",
    "meme_departement",
    "meme_region_taille_comparable",
    "taille_comparable",
]
PROXIMITES: tuple[Proximite, ...] = get_args(Proximite)
"""From the nearest to the farthest."""
COMPARABLE = 2.0
"""Two territories of one kind compare when one is at most this many times as populated."""


def proximite(one: Territoire, other: Territoire) -> Proximite | None:
    """Return the narrowest link between two territories; None when nothing brings them together."""
    if (one.type, one.code) == (other.type, other.code):
        return "meme_territoire"
    if _epci(one) is not None and _epci(one) == _epci(other):
        return "meme_epci"
    if one.departement is not None and one.departement == other.departement:
        return "meme_departement"
    if not is_comparable(one, other):
        return None
    if one.region is not None and one.region == other.region:
        return "meme_region_taille_comparable"
    return "taille_comparable"


def size_ratio(one: Territoire, other: Territoire) -> float:
    """Return how many times as populated the larger is; infinite when one is unknown."""
    small, large = sorted((one.population or 0, other.population or 0))
    return large / small if small else float("inf")


def is_comparable(one: Territoire, other: Territoire) -> bool:
    """Tell whether two territories are of the same kind and of a similar size."""
    return one.type == other.type and size_ratio(one, other) <= COMPARABLE


def _epci(territoire: Territoire) -> str | None:
    return territoire.code if territoire.type == "epci" else territoire.epci
