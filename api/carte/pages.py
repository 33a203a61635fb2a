"""The map of the requests, drawn by the server, with its table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from fastapi import APIRouter, Request, Response

from api.carte.cartogram import Case, load_grille, shade_of, share_out
from api.carte.repository import CarteRepository, Compte
from api.console.pages import page
from api.console.ticket import Services
from api.container import Container
from api.statistiques.pages import Asked, read_period
from api.tableur import csv_file, decimal
from assistant.replies import french_number

router = APIRouter(include_in_schema=False)
PATH = "/console/territoires/carte"
_TEXTS = Path(__file__).parent.parent / "textes" / "carte.yml"
_RATE = 100_000


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the form asks for; `wrong`: something typed is not known, and is left out."""

    asked: Asked
    theme: str | None
    wrong: bool

    @property
    def query(self) -> str:
        """Return the criteria as an address carries them."""
        told = {
            "theme": self.theme or "",
            "depuis": self.asked.depuis.isoformat(),
            "jusqu_a": self.asked.jusqu_a.isoformat(),
        }
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True, slots=True)
class Rang:
    """A département with requests, as the table tells it."""

    nom: str
    region: str
    habitants: int | None
    compte: Compte

    @property
    def taux(self) -> float | None:
        """Requests for 100,000 inhabitants; None when nobody lives there, or nobody counted."""
        return self.compte.demandes * _RATE / self.habitants if self.habitants else None


@dataclass(frozen=True, slots=True)
class Carre:
    """A square as it is drawn: its place, its shade and what it says when pointed at."""

    case: Case
    teinte: int
    dit: str


@cache
def texts() -> dict[str, Any]:
    """Return the words of the map."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


def read_criteria(request: Request, services: Container) -> Criteria:
    """Return what the form asks for; the last twelve months and every theme by default."""
    asked = read_period(request, services.clock.now())
    theme = request.query_params.get("theme", "").strip()
    known = theme in services.chat.themes
    return Criteria(asked, theme if known else None, asked.wrong or bool(theme and not known))


async def read_counts(services: Container, criteria: Criteria) -> Sequence[Compte]:
    """Return the requests by département, the most first."""
    async with services.database.sessions() as session:
        found = await CarteRepository(session).by_departement(
            criteria.asked.period, theme=criteria.theme
        )
    return sorted(found, key=lambda each: (-each.demandes, each.code or "\uffff"))


@router.get(PATH)
async def show(request: Request, services: Services) -> Response:
    """Show the map and its table."""
    criteria = read_criteria(request, services)
    counts = await read_counts(services, criteria)
    shades = share_out({each.code: each.demandes for each in counts if each.code})
    return page(
        request,
        "carte/page.html",
        status=422 if criteria.wrong else 200,
        criteres=criteria,
        themes=sorted(services.chat.themes),
        grille=load_grille(),
        carres=_squares(services, counts),
        paliers=shades,
        rangs=_lines(services, counts),
        total=sum(each.demandes for each in counts),
        mots=texts(),
    )


@router.get(f"{PATH}.csv")
async def export(request: Request, services: Services) -> Response:
    """Give the table as a file."""
    counts = await read_counts(services, read_criteria(request, services))
    rows = [
        [
            each.nom,
            each.compte.code or "",
            each.region,
            each.habitants if each.habitants is not None else "",
            each.compte.demandes,
            each.compte.repondues,
            decimal(each.taux, digits=2),
            each.compte.collectivites,
        ]
        for each in _lines(services, counts)
    ]
    return csv_file([texts()["colonnes"], *rows], "demandes-par-departement.csv")


def _squares(services: Container, counts: Sequence[Compte]) -> list[Carre]:
    known = {each.code: each.demandes for each in counts if each.code}
    shades = share_out(known)
    found = []
    for case in load_grille().cases:
        count = known.get(case.code, 0)
        place = services.knowledge.find("departement", case.code)
        name = f"{place.nom} ({case.code})" if place else case.code
        found.append(Carre(case, shade_of(count, shades), f"{name}\u00a0: {_told(count)}"))
    return found


def _told(count: int) -> str:
    words = texts()
    if count <= 1:
        return str(words["une" if count else "aucune"])
    return str(words["plusieurs"]).format(nombre=french_number(count))


def _lines(services: Container, counts: Sequence[Compte]) -> list[Rang]:
    return [_line(services, each) for each in counts]


def _line(services: Container, compte: Compte) -> Rang:
    place = services.knowledge.find("departement", compte.code) if compte.code else None
    if place is None:
        return Rang(compte.code or texts()["sans_lieu"], "", None, compte)
    region = services.knowledge.find("region", place.region) if place.region else None
    return Rang(place.nom, region.nom if region else "", place.population, compte)
