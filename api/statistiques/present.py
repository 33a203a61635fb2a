"""Names the figures in French, and writes them as a file for a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml

from api.container import Container
from api.statistiques.figures import Ensemble, Ligne, Publiees
from api.tableur import BOM, csv_lines, decimal

LONG = 120
SHOWN = 30
_TEXTS = Path(__file__).parent.parent / "textes" / "statistiques.yml"


@dataclass(frozen=True, slots=True)
class Rang:
    """A line as it is shown; `largeur` is that of its bar, out of 100."""

    libelle: str
    demandes: int | None
    repondues: int
    jours: float | None
    largeur: float


_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Tableau(Generic[_Row]):
    """A table of figures; `cachees` is how many lines are too small to be published."""

    id: str
    titre: str
    rangs: Sequence[_Row]
    cachees: int = 0

    @property
    def montres(self) -> Sequence[_Row]:
        """The lines that the page shows: all, or the most frequent of a very long table."""
        return self.rangs if len(self.rangs) <= LONG else self.rangs[:SHOWN]

    @property
    def reste(self) -> int:
        """How many lines are only in the file."""
        return len(self.rangs) - len(self.montres)


@cache
def texts() -> dict[str, Any]:
    """Return the words of the figures."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


def table(services: Container, dimension: str, lines: Sequence[Ligne]) -> Tableau[Rang]:
    """Return a table as the staff read it."""
    most = max((each.demandes for each in lines), default=1)
    rows = [
        Rang(
            label(services, dimension, each.nom),
            each.demandes,
            each.repondues,
            each.jours,
            round(100 * each.demandes / most, 1),
        )
        for each in lines
    ]
    return Tableau(dimension, texts()["tableaux"][dimension], rows)


def public_table(services: Container, dimension: str, found: Publiees) -> Tableau[Rang]:
    """Return a table as everyone reads it."""
    shown = table(services, dimension, found.lignes)
    if not found.cachees or (not found.lignes and found.autres is None):
        return shown
    most = max((each.demandes for each in found.lignes), default=1)
    width = round(100 * min(found.autres, most) / most, 1) if found.autres else 0
    rest = Rang(texts()["autres"], found.autres, 0, None, width)
    return Tableau(shown.id, shown.titre, [*shown.rangs, rest], found.cachees)


def label(services: Container, dimension: str, name: str | None) -> str:
    """Return the French name of a value."""
    words = texts()
    if name is None:
        return str(words["inconnu"].get(dimension, words["autres"]))
    match dimension:
        case "mois":
            year, _, month = name.partition("-")
            return f"{words['mois'][int(month) - 1]} {year}".capitalize()
        case "routes":
            return str(services.replies.table("routes").get(name, name))
        case "departements":
            place = services.knowledge.find("departement", name)
            return f"{place.nom} ({name})" if place else name
        case "regions" | "epci":
            place = services.knowledge.find(dimension.removesuffix("s"), name)
            return place.nom if place else name
        case "delais" | "tailles":
            return str(words[dimension][name])
        case _:
            return name[:1].upper() + name[1:]


def to_csv(whole: Ensemble, tables: Sequence[Tableau[Rang]]) -> str:
    """Return the figures of the staff, for a spreadsheet."""
    words = texts()
    first = [words["ensemble"], "", whole.demandes, whole.repondues, decimal(whole.jours)]
    rows = [
        [each.titre, row.libelle, row.demandes, row.repondues, decimal(row.jours)]
        for each in tables
        for row in each.rangs
    ]
    return BOM + csv_lines([words["colonnes"], first, *rows])


def to_public_csv(tables: Sequence[Tableau[Rang]]) -> str:
    """Return the figures that everyone may read, for a spreadsheet."""
    words = texts()
    rows = [
        [each.titre, row.libelle, row.demandes or words["moins_de_cinq"]]
        for each in tables
        for row in each.rangs
    ]
    return BOM + csv_lines([words["colonnes_publiques"], *rows])
