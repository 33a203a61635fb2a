"""Where resources apply, and how near that is to the élu's own territory."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from knowledge.territoires.territoire import Territoire, TerritoireContext

NATIONAL_REF = "france"

_NOWHERE = np.empty(0, dtype=np.intp)

FindTerritoire = Callable[[str], Territoire | None]
"""Returns the current territory of a reference such as "commune:34164", or None."""


class Nearness(IntEnum):
    """How near a resource is to the élu's territory, the nearest last."""

    AILLEURS = 0
    NATIONAL = 1
    REGION = 2
    DEPARTEMENT = 3
    EPCI = 4
    COMMUNE = 5


# From the widest to the narrowest: a nearer level overrides.
LEVELS: Mapping[str, Nearness] = {
    "region": Nearness.REGION,
    "departement": Nearness.DEPARTEMENT,
    "epci": Nearness.EPCI,
    "commune": Nearness.COMMUNE,
}


def territoire_chain(territoire: TerritoireContext | Territoire) -> dict[str, str]:
    """Return the code of each level that holds a territory, itself included."""
    chain = {
        "region": territoire.region,
        "departement": territoire.departement,
        "epci": territoire.epci,
        territoire.type: territoire.code,
    }
    return {level: code for level, code in chain.items() if code}


class PlaceIndex:
    """The positions of the resources by territory, ready to be compared with an élu's."""

    def __init__(self, refs: Sequence[tuple[str, ...]], find: FindTerritoire) -> None:
        """`refs[i]` are the territory references of the resource at position `i`."""
        self._size = len(refs)
        self.territoires: list[tuple[Territoire, ...]] = []
        own: dict[str, set[int]] = defaultdict(set)
        under: dict[str, set[int]] = defaultdict(set)
        for position, group in enumerate(refs):
            found = tuple(each for each in map(find, group) if each is not None)
            self.territoires.append(found)
            for ref in group:
                own[ref].add(position)
            for each in found:
                for level, code in territoire_chain(each).items():
                    under[f"{level}:{code}"].add(position)
        self._own = _to_arrays(own)
        self._under = _to_arrays(under)

    def nearness(self, territoire: TerritoireContext | None) -> NDArray[np.int8]:
        """Return the `Nearness` of every resource."""
        levels = np.full(self._size, Nearness.AILLEURS, dtype=np.int8)
        levels[self._own.get(NATIONAL_REF, _NOWHERE)] = Nearness.NATIONAL
        chain = territoire_chain(territoire) if territoire else {}
        for level, nearness in LEVELS.items():
            if level in chain:
                levels[self._under.get(f"{level}:{chain[level]}", _NOWHERE)] = nearness
        return levels

    def concerned(self, territoire: TerritoireContext) -> NDArray[np.bool_]:
        """Tell which resources concern a territory: theirs holds it, or lies within it."""
        mask = np.zeros(self._size, dtype=bool)
        mask[self._own.get(NATIONAL_REF, _NOWHERE)] = True
        mask[self._under.get(f"{territoire.type}:{territoire.code}", _NOWHERE)] = True
        for level, code in territoire_chain(territoire).items():
            mask[self._own.get(f"{level}:{code}", _NOWHERE)] = True
        return mask


def _to_arrays(groups: Mapping[str, Iterable[int]]) -> dict[str, NDArray[np.intp]]:
    return {key: np.array(sorted(each), dtype=np.intp) for key, each in groups.items()}
