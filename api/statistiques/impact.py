"""The impact matrix that everyone reads: what is measured, its value, and what nobody measures.

No figure of a few people: totals are rounded to ten, shares to 5 %, and hidden below ten answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from api.statistiques.figures import rounded
from api.tableur import BOM, csv_lines
from api.widget.exploitant import Accessibilite
from assistant.replies import french_number

_TEXTS = Path(__file__).parent.parent / "textes" / "impact.yml"
_ENOUGH = 10
_STEP = 5


@dataclass(frozen=True, slots=True)
class Part:
    """So many among so many."""

    nombre: int
    total: int


@dataclass(frozen=True, slots=True)
class Mesures:
    """What the base knows of a period; `departements` only counts those that may be told."""

    demandes: int
    conversations: int
    collectivites: int
    departements: int
    tous_departements: int
    satisfaction: Part
    avis_assistant: Part
    delai: Part
    sans_conseiller: Part


@dataclass(frozen=True, slots=True)
class Indicateur:
    """A line of the matrix; `mesure` is false where nothing measures it."""

    nom: str
    definition: str
    valeur: str
    periode: str
    mesure: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One of the five questions, and its lines."""

    question: str
    indicateurs: Sequence[Indicateur]


@cache
def texts() -> dict[str, Any]:
    """Return the words of the matrix."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


def matrix(measures: Mesures, audit: Accessibilite, period: str) -> list[Question]:
    """Return the five questions with what answers them over the period."""
    values = {name: (tell(measures), period) for name, tell in _COMPUTED.items()}
    if audit.taux is not None and audit.audit_le is not None:
        told = texts()["criteres"].format(taux=audit.taux)
        values["accessibilite"] = told, texts()["au"].format(jour=f"{audit.audit_le:%d/%m/%Y}")
    return [
        Question(each["question"], [_line(one, values) for one in each["indicateurs"]])
        for each in texts()["questions"]
    ]


def to_csv(questions: Sequence[Question]) -> str:
    """Return the matrix as a file for a spreadsheet."""
    rows = [
        [each.question, line.nom, line.valeur, line.periode, line.definition]
        for each in questions
        for line in each.indicateurs
    ]
    return BOM + csv_lines([texts()["colonnes"], *rows])


def _line(one: dict[str, str], values: dict[str, tuple[str, str]]) -> Indicateur:
    known = values.get(one["id"])
    value, period = known or (texts()["non_mesure"], "")
    return Indicateur(one["nom"], one["definition"], value, period, known is not None)


def about(number: int) -> str:
    """Return a total as it may be told."""
    near = rounded(number)
    if near is None:
        return str(texts()["moins"])
    return str(texts()["environ"]).format(nombre=french_number(near))


def share(part: Part, what: str) -> str:
    """Return a share as it may be told."""
    near = rounded(part.total)
    if near is None or part.total < _ENOUGH:
        return str(texts()["trop_peu"])
    told = _STEP * round(100 * part.nombre / part.total / _STEP)
    quoi = texts()["quoi"][what]
    return str(texts()["part"]).format(part=told, nombre=french_number(near), quoi=quoi)


def _covered(measures: Mesures) -> str:
    told = texts()["sur_departements" if measures.departements > 1 else "sur_departement"]
    return str(told).format(nombre=measures.departements, total=measures.tous_departements)


_COMPUTED: dict[str, Callable[[Mesures], str]] = {
    "departements": _covered,
    "collectivites": lambda each: about(each.collectivites),
    "conversations": lambda each: about(each.conversations),
    "demandes": lambda each: about(each.demandes),
    "satisfaction": lambda each: share(each.satisfaction, "reponses"),
    "avis_assistant": lambda each: share(each.avis_assistant, "avis"),
    "delai": lambda each: share(each.delai, "demandes"),
    "sans_conseiller": lambda each: share(each.sans_conseiller, "conversations"),
}
