"""What élus thought of the answers, as the staff read it: by theme and by orientation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row

from api.console.pages import page
from api.console.ticket import Services
from api.container import Container
from api.satisfaction.repository import Period, SatisfactionRepository
from api.statistiques.figures import FEW
from api.statistiques.pages import Asked, read_period
from api.statistiques.present import Tableau, label, texts
from api.tableur import csv_file

router = APIRouter(include_in_schema=False)
PATH = "/console/statistiques/satisfaction"
_NOTES = ("oui", "en_partie", "non")


@dataclass(frozen=True, slots=True)
class Avis:
    """How many were asked whether the answer helped, and what they said."""

    libelle: str
    demandes: int
    oui: int
    en_partie: int
    non: int

    @property
    def reponses(self) -> int:
        """How many answered."""
        return self.oui + self.en_partie + self.non

    @property
    def part(self) -> int | None:
        """The share of « oui » among the answers, out of 100; None for a handful of them."""
        return round(100 * self.oui / self.reponses) if self.reponses >= FEW else None

    @property
    def barres(self) -> Sequence[tuple[str, float, float]]:
        """Each answer as it is drawn, end to end: its name, where it starts, how wide it is."""
        drawn, start = [], 0.0
        for name in _NOTES:
            width = round(100 * getattr(self, name) / self.reponses, 1) if self.reponses else 0.0
            drawn.append((name, round(start, 1), width))
            start += width
        return drawn


@router.get(PATH)
async def show(request: Request, services: Services) -> Response:
    """Show what élus thought, for the requests treated in a period."""
    asked = read_period(request, services.clock.now())
    whole, tables = await _opinions(services, asked)
    return page(
        request,
        "statistiques/satisfaction.html",
        status=422 if asked.wrong else 200,
        demande=asked,
        ensemble=whole,
        tableaux=tables,
        mots=texts(),
        onglet="/satisfaction",
    )


@router.get(f"{PATH}.csv")
async def export(request: Request, services: Services) -> Response:
    """Give the same figures as a file."""
    asked = read_period(request, services.clock.now())
    whole, tables = await _opinions(services, asked)
    words = texts()
    rows = [[each.titre, row.libelle, *_cells(row)] for each in tables for row in each.rangs]
    first = [words["ensemble"], "", *_cells(whole)]
    return csv_file([words["colonnes_satisfaction"], first, *rows], "satisfaction.csv")


async def _opinions(services: Container, asked: Asked) -> tuple[Avis, list[Tableau[Avis]]]:
    period = Period(asked.period.since, asked.period.until)
    async with services.database.sessions() as session:
        repository = SatisfactionRepository(session)
        whole = await repository.total(period)
        found = {
            "themes": await repository.by_theme(period),
            "routes": await repository.by_route(period),
        }
    tables = [_table(services, name, rows) for name, rows in found.items()]
    return _opinion(texts()["ensemble"], whole), tables


def _table(services: Container, dimension: str, rows: Sequence[Row[Any]]) -> Tableau[Avis]:
    lines = [_opinion(label(services, dimension, each.name), each) for each in rows]
    ordered = sorted(lines, key=lambda each: (-each.demandes, each.libelle))
    return Tableau(dimension, texts()["tableaux"][dimension], ordered)


def _opinion(name: str, row: Row[Any]) -> Avis:
    return Avis(name, row.demandes, row.oui, row.en_partie, row.non)


def _cells(line: Avis) -> list[Any]:
    part = "" if line.part is None else line.part
    return [line.demandes, line.reponses, line.oui, line.en_partie, line.non, part]
