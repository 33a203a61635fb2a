"""What a change of the rules does to the witness messages: those gained, lost, led elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from knowledge.orientation.examen import examine_all, retain
from knowledge.orientation.fichiers import read_document
from knowledge.orientation.regle import Regle
from knowledge.orientation.situation import Situation
from knowledge.orientation.vocabulaire import Route

TEMOINS_FILE = Path(__file__).with_name("temoins.yml")


class Temoin(BaseModel):
    """A message as an élu writes it, and where it must lead; `accepte` are as defensible."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    texte: Annotated[str, Field(min_length=3, max_length=400)]
    route: Route
    accepte: tuple[Route, ...] = ()

    def admits(self, route: Route) -> bool:
        """Tell whether the route is the expected one, or as defensible."""
        return route == self.route or route in self.accepte


@dataclass(frozen=True, slots=True)
class Mene:
    """A witness, and the route and rule (`regle`, its id) that it is led to, before and after."""

    temoin: Temoin
    avant: Route
    apres: Route
    regle_avant: str
    regle_apres: str


@dataclass(frozen=True, slots=True)
class Effet:
    """What the change does.

    `gagnes` were badly led and no longer are, `perdus` the other way round; `changes` lead
    elsewhere without being gained nor lost; `autrement` lead to the same route by another rule.
    """

    temoins: int
    bien_avant: int
    bien_apres: int
    gagnes: tuple[Mene, ...]
    perdus: tuple[Mene, ...]
    changes: tuple[Mene, ...]
    autrement: tuple[Mene, ...]

    @property
    def is_nil(self) -> bool:
        """Tell whether no witness moves."""
        return not (self.gagnes or self.perdus or self.changes or self.autrement)


@cache
def load_temoins(path: Path = TEMOINS_FILE) -> tuple[Temoin, ...]:
    """Return the witness messages of the product."""
    return TypeAdapter(tuple[Temoin, ...]).validate_python(read_document(path))


def witnesses(*sets: Iterable[Regle]) -> tuple[Temoin, ...]:
    """Return the witness messages: those of the product, and the examples of these rules.

    The last set that gives an example says where it must lead.
    """
    found = {each.texte: each for each in load_temoins()}
    for regles in sets:
        for regle in regles:
            for each in regle.exemples:
                found[each.phrase] = Temoin(texte=each.phrase, route=each.attendu)
    return tuple(found.values())


def compare_regles(
    asked: Sequence[tuple[Temoin, Situation]], before: Sequence[Regle], after: Sequence[Regle]
) -> Effet:
    """Lead each witness by both sets of rules, in the situation that it tells."""
    led = [_lead(temoin, situation, before, after) for temoin, situation in asked]
    moved = [each for each in led if each.avant != each.apres]
    stayed = [each for each in led if each.avant == each.apres]
    return Effet(
        temoins=len(led),
        bien_avant=sum(each.temoin.admits(each.avant) for each in led),
        bien_apres=sum(each.temoin.admits(each.apres) for each in led),
        gagnes=tuple(each for each in moved if _right(each) == (False, True)),
        perdus=tuple(each for each in moved if _right(each) == (True, False)),
        changes=tuple(each for each in moved if len(set(_right(each))) == 1),
        autrement=tuple(each for each in stayed if each.regle_avant != each.regle_apres),
    )


def _right(each: Mene) -> tuple[bool, bool]:
    return each.temoin.admits(each.avant), each.temoin.admits(each.apres)


def _lead(
    temoin: Temoin, situation: Situation, before: Sequence[Regle], after: Sequence[Regle]
) -> Mene:
    old, new = (retain(examine_all(situation, regles)).regle for regles in (before, after))
    return Mene(temoin, old.route, new.route, old.id, new.id)
