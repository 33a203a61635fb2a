"""What the assistant reads: resources, territories, orientation rules, acronyms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.memory import TerritoireRetenu
from knowledge.accompagnements.voisins import TerritoiresAccompagnes
from knowledge.orientation.regle import Regle
from knowledge.search.engine import SearchEngine
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.lookup import find_territoire
from knowledge.territoires.territoire import Territoire


@dataclass(frozen=True, slots=True)
class Sigle:
    """An acronym of the domain, with the page that explains it."""

    sigle: str
    developpe: str
    explication: str
    source_url: str


@dataclass(slots=True)
class Knowledge:
    """The sources of every answer; the engine swaps its index by itself when the base changes.

    `regles` and `sigles` are replaced whole, while it serves, when staff publish others.
    """

    engine: SearchEngine
    territoires: TerritoireBase
    regles: Sequence[Regle]
    sigles: Mapping[str, Sigle] = field(default_factory=dict)
    accompagnes: TerritoiresAccompagnes = field(default_factory=TerritoiresAccompagnes)

    def territoire(self, retained: TerritoireRetenu | None) -> Territoire | None:
        """Return the full record of the remembered territory, or None."""
        return self.find(retained.type, retained.code) if retained else None

    def find(self, type_: str, code: str) -> Territoire | None:
        """Return the territory of this key, or None."""
        return find_territoire(self.territoires, type_, code)
