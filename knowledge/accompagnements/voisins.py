"""Which territories already accompanied are near an élu's territory, or comparable to it."""

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.accompagnements.accompagnement import Accompagnement, Dispositif
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.lookup import find_territoire
from knowledge.territoires.proximite import PROXIMITES, Proximite, proximite, size_ratio
from knowledge.territoires.territoire import Territoire

SHOWN = 3
_PRECIOUS: tuple[Dispositif, ...] = ("parcours", "projet_partage")


@dataclass(frozen=True, slots=True)
class Voisin:
    """A territory already accompanied, how it was, and what brings it near."""

    territoire: Territoire
    accompagnements: tuple[Accompagnement, ...]
    proximite: Proximite


class TerritoiresAccompagnes:
    """The territories already accompanied, by territory. Built once, never changed."""

    def __init__(
        self, base: TerritoireBase | None = None, lines: Iterable[Accompagnement] = ()
    ) -> None:
        self._known: dict[tuple[str, str], list[Accompagnement]] = {}
        self._territoires: list[Territoire] = []
        for line in lines:
            found = find_territoire(base, line.type, line.code) if base else None
            if found is None:
                continue
            if (line.type, line.code) not in self._known:
                self._territoires.append(found)
            self._known.setdefault((line.type, line.code), []).append(line)

    def __len__(self) -> int:
        return len(self._territoires)

    def of(self, territoire: Territoire) -> tuple[Accompagnement, ...]:
        """Return how this very territory was accompanied; empty when it was not."""
        return tuple(self._known.get((territoire.type, territoire.code), ()))

    def near(
        self,
        territoire: Territoire,
        *,
        dispositif: Dispositif | None = None,
        limit: int = SHOWN,
    ) -> tuple[Voisin, ...]:
        """Return the nearest, then the most comparable; never the territory itself.

        `dispositif` keeps those that used this offer. At equal nearness, the same kind of
        territory comes first, then a parcours or a projet partagé, which teach more than a
        conversation, then the closest size.
        """
        found = [
            Voisin(each, lines, link)
            for each in self._territoires
            if (lines := self._lines(each, dispositif))
            and (link := proximite(territoire, each)) not in (None, "meme_territoire")
        ]
        return tuple(sorted(found, key=lambda each: _order(territoire, each))[:limit])

    def _lines(
        self, territoire: Territoire, dispositif: Dispositif | None
    ) -> tuple[Accompagnement, ...]:
        return tuple(each for each in self.of(territoire) if dispositif in (None, each.dispositif))


def _order(territoire: Territoire, voisin: Voisin) -> tuple[int, bool, bool, float, str]:
    lasting = any(each.dispositif in _PRECIOUS for each in voisin.accompagnements)
    return (
        PROXIMITES.index(voisin.proximite),
        voisin.territoire.type != territoire.type,
        not lasting,
        size_ratio(territoire, voisin.territoire),
        voisin.territoire.code,
    )
