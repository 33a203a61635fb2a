"""The page of the delays: of the first answer and of the end of the requests, for the staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from api.console.pages import page
from api.console.ticket import Services
from api.container import Container
from api.statistiques.delais import DIMENSIONS, Delai, DelaysRepository, LigneDelais
from api.statistiques.gardes import Garde, Gardes
from api.statistiques.pages import Asked, groups_of, read_period
from api.statistiques.present import Tableau, label, texts
from api.statistiques.repository import FiguresRepository
from api.tableur import csv_file, decimal

router = APIRouter(include_in_schema=False)
PATH = "/console/statistiques/delais"


@dataclass(frozen=True, slots=True)
class Barre:
    """A delay as it is drawn, out of 100: its median, and what 9 in 10 stay under."""

    mediane: float
    p90: float


@dataclass(frozen=True, slots=True)
class Rang:
    """A line as it is shown."""

    libelle: str
    ligne: LigneDelais
    reponse: Barre
    resolution: Barre


Figures = tuple[LigneDelais, list[Tableau[Rang]]]
_delays_kept: Gardes[Figures] = Gardes()


@router.get(PATH)
async def show(request: Request, services: Services) -> Response:
    """Show the delays of a period."""
    asked = read_period(request, services.clock.now())
    kept = await _delays(services, asked)
    whole, tables = kept.figures
    return page(
        request,
        "statistiques/delais.html",
        status=422 if asked.wrong else 200,
        demande=asked,
        ensemble=whole,
        tableaux=tables,
        mots=texts(),
        compte_le=kept.at,
        onglet="/delais",
    )


@router.get(f"{PATH}.csv")
async def export(request: Request, services: Services) -> Response:
    """Give the same figures as a file."""
    asked = read_period(request, services.clock.now())
    whole, tables = (await _delays(services, asked)).figures
    words = texts()
    rows = [[each.titre, row.libelle, *_cells(row.ligne)] for each in tables for row in each.rangs]
    first = [words["ensemble"], "", *_cells(whole)]
    return csv_file([words["colonnes_delais"], first, *rows], "delais.csv")


async def _delays(services: Container, asked: Asked) -> Garde[Figures]:
    """Return the delays of a period, kept a while when there are many requests."""

    async def count() -> tuple[Figures, int]:
        found = await _count(services, asked)
        return found, found[0].demandes

    key = (services.database.url, asked.depuis, asked.jusqu_a)
    return await _delays_kept.get(key, services.clock.now(), count)


async def _count(services: Container, asked: Asked) -> Figures:
    async with services.database.sessions() as session:
        delays = DelaysRepository(session, asked.period, now=services.clock.now())
        places = await FiguresRepository(session, asked.period).places()
        whole, lines = await delays.all(await groups_of(services, places))
    return whole, [_table(services, each, lines[each]) for each in DIMENSIONS]


def _table(services: Container, dimension: str, lines: Sequence[LigneDelais]) -> Tableau[Rang]:
    most = max((days for each in lines for days in _drawn(each)), default=0)
    rows = [
        Rang(
            label(services, dimension, each.nom),
            each,
            _bar(each.reponse, most),
            _bar(each.resolution, most),
        )
        for each in lines
    ]
    return Tableau(dimension, texts()["tableaux"][dimension], rows)


def _drawn(line: LigneDelais) -> list[float]:
    return [each.p90 for each in (line.reponse, line.resolution) if each.p90 is not None]


def _bar(delay: Delai, most: float) -> Barre:
    return Barre(
        *(round(100 * (each or 0) / (most or 1), 1) for each in (delay.mediane, delay.p90))
    )


def _cells(line: LigneDelais) -> list[Any]:
    return [line.demandes, *_told(line.reponse), *_told(line.resolution)]


def _told(delay: Delai) -> list[Any]:
    part = "" if delay.part is None else delay.part
    return [delay.connus, decimal(delay.mediane), decimal(delay.p90), part]
