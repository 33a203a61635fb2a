"""The gate of a trained model: what it may lose on the witness sentences to be promoted."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

RULES = Path(__file__).with_name("porte.yml")
_POINTS = 100
# Figures are rounded to four digits: a loss just as large as allowed is allowed.
_ROUNDING = 1e-6

Points = Annotated[float, Field(ge=0, le=100)]


class PorteInvalide(ValueError):
    """The file of the gate cannot be read; `problemes` are lines in French."""

    def __init__(self, path: Path, reasons: list[str]) -> None:
        super().__init__(path.name)
        self.problemes = [f"{path.name} : {each}" for each in reasons]


class Porte(BaseModel):
    """The rules of the gate; losses are points of F1 (hundredths)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    perte_totale: Points
    perte_par_intention: Points
    phrases_par_intention: Annotated[int, Field(ge=0, strict=True)]
    modeles_gardes: Annotated[int, Field(ge=2, le=50, strict=True)]


@dataclass(frozen=True, slots=True)
class Refus:
    """A rule that a candidate breaks: the intent (None: all together), the points lost, allowed."""

    intention: str | None
    perdus: float
    permis: float


@cache
def load_porte(path: Path | None = None) -> Porte:
    """Read the rules. Raises PorteInvalide."""
    path = path or RULES
    try:
        return Porte.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PorteInvalide(path, [f"fichier illisible ({type(error).__name__})"]) from None
    except ValidationError as error:
        reasons = [
            f"{'.'.join(map(str, each['loc'])) or 'fichier'} : valeur manquante, de trop ou hors"
            " bornes"
            for each in error.errors()
        ]
        raise PorteInvalide(path, reasons) from None


def refusals(porte: Porte, report: Mapping[str, Any]) -> list[Refus]:
    """Return the rules that a candidate breaks, the whole first; `report` is that of a training."""
    before, after = report["avant"], report["apres"]
    measured = [(None, before["macro_f1"], after["macro_f1"], porte.perte_totale)]
    measured += [
        (intent, figures["avant"], figures["apres"], porte.perte_par_intention)
        for intent, figures in report["intentions"].items()
    ]
    lost = [(name, _POINTS * (old - new), allowed) for name, old, new, allowed in measured]
    return [
        Refus(name, points, allowed)
        for name, points, allowed in lost
        if points > allowed + _ROUNDING
    ]
