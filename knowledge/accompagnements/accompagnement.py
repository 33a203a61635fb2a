"""A territory that the ANCT has already accompanied: frozen data, no behaviour."""

from dataclasses import dataclass
from typing import Literal

from knowledge.territoires.territoire import TerritoireType

Dispositif = Literal["parcours", "projet_partage", "ateliers", "cellule"]


@dataclass(frozen=True, slots=True)
class Accompagnement:
    """One line of the open data of the ANCT: a territory used one of its offers.

    `theme` is that of a projet partagé. `periode` and `url` are empty when the source is silent.
    """

    type: TerritoireType
    code: str
    dispositif: Dispositif
    periode: str = ""
    theme: str = ""
    url: str = ""
