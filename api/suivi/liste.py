"""The territories that the cellule follows, by stage, those that are late first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.console.pages import page
from api.console.pages import texts as console_texts
from api.console.ticket import Services
from api.container import Container
from api.projets_partages.pages import places
from api.suivi.etapes import Etape, Suivi
from api.suivi.pages import LIST, reference_of
from api.suivi.repository import SuiviRepository
from api.suivi.textes import texts
from api.tableur import csv_file
from assistant.business_days import CELLULE
from knowledge.territoires.territoire import Territoire, TerritoireType

router = APIRouter(include_in_schema=False)
_SUGGESTED = 10
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the form asks for; `wrong`: something typed is not known, and is left out."""

    etape: Etape | None
    departement: str | None
    region: str | None
    late: bool
    wrong: bool

    @property
    def query(self) -> str:
        """Return the criteria as an address carries them."""
        told = {
            "etape": self.etape,
            "departement": self.departement,
            "region": self.region,
            "retard": "oui" if self.late else None,
        }
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True, slots=True)
class Ligne:
    """A territory that is followed, as the list tells it."""

    lieu: Territoire
    suivi: Suivi
    tard: bool

    @property
    def reference(self) -> str:
        """How an address names it."""
        return reference_of(self.lieu)


def read_criteria(request: Request, services: Container) -> Criteria:
    """Return what the form asks for."""
    given = {
        name: request.query_params.get(name, "").strip()
        for name in ("etape", "departement", "region", "retard")
    }
    departement = given["departement"].upper()
    known = {
        "etape": given["etape"] in set(Etape),
        "departement": services.knowledge.find("departement", departement) is not None,
        "region": services.knowledge.find("region", given["region"]) is not None,
        "retard": given["retard"] == "oui",
    }
    return Criteria(
        etape=Etape(given["etape"]) if known["etape"] else None,
        departement=departement if known["departement"] else None,
        region=given["region"] if known["region"] else None,
        late=known["retard"],
        wrong=any(given[name] and not known[name] for name in given),
    )


def choose(
    services: Container, found: Sequence[Suivi], criteria: Criteria, *, today: date
) -> list[Ligne]:
    """Return the territories that fit: the late ones first, then those to look at soonest."""
    lines = [
        Ligne(place, each, each.is_late(today))
        for each in found
        if (place := services.knowledge.find(each.type, each.code)) is not None
    ]
    kept = [each for each in lines if _fits(each, criteria)]
    return sorted(kept, key=lambda each: (each.suivi.a_revoir or date.max, each.lieu.nom))


def _fits(line: Ligne, criteria: Criteria) -> bool:
    return (
        criteria.etape in (None, line.suivi.etape)
        and criteria.departement in (None, line.lieu.departement)
        and criteria.region in (None, line.lieu.region)
        and (line.tard or not criteria.late)
    )


@router.get(LIST)
async def show(request: Request, services: Services) -> Response:
    """Show the territories by stage; find the page of any other by its name."""
    criteria = read_criteria(request, services)
    lines = await _lines(services, criteria)
    asked = " ".join(request.query_params.get("q", "").split())[:_LONGEST]
    return page(
        request,
        "suivi/liste.html",
        status=422 if criteria.wrong else 200,
        criteres=criteria,
        lignes=lines,
        par_etape={
            etape: kept
            for etape in Etape
            if (kept := [each for each in lines if each.suivi.etape is etape])
        },
        etapes=list(Etape),
        departements=places(services, "departement"),
        regions=places(services, "region"),
        cherche=asked,
        trouves=services.territoires.autocomplete(asked, limit=_SUGGESTED) if asked else (),
        mots=texts(),
    )


@router.get(f"{LIST}.csv")
async def export(request: Request, services: Services) -> Response:
    """Give the same list as a file: where and when, no words, no name."""
    lines = await _lines(services, read_criteria(request, services))
    rows = [_cells(services, each) for each in lines]
    return csv_file([texts()["colonnes"], *rows], "suivi-des-territoires.csv")


async def _lines(services: Container, criteria: Criteria) -> list[Ligne]:
    async with services.database.sessions() as session:
        found = await SuiviRepository(session).all()
    return choose(services, found, criteria, today=CELLULE.today(services.clock.now()))


def _cells(services: Container, line: Ligne) -> list[Any]:
    place, suivi, words = line.lieu, line.suivi, texts()
    return [
        place.nom,
        console_texts()["natures"][place.type],
        place.code,
        _name(services, "departement", place.departement),
        _name(services, "region", place.region),
        words["etapes"][suivi.etape],
        suivi.depuis or "",
        suivi.derniere,
        suivi.a_revoir or "",
        words["oui" if line.tard else "non"],
        suivi.notes,
    ]


def _name(services: Container, kind: TerritoireType, code: str | None) -> str:
    found = services.knowledge.find(kind, code) if code else None
    return found.nom if found else ""
