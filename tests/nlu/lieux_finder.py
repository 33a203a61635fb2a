"""The finder over the real base of territories, built once for all the tests of places."""

from functools import cache

from knowledge.territoires.loader import load_territoires
from nlu.lieux import LieuFinder, LieuxTrouves


@cache
def lieu_finder() -> LieuFinder:
    """Return the finder over every current territory."""
    return LieuFinder(load_territoires())


def keys(found: LieuxTrouves) -> list[str]:
    """Return `type:code` of each territory found; an example ends with a star."""
    return [f"{e.type}:{e.code}{'*' if e.is_example else ''}" for e in found.territoires]
