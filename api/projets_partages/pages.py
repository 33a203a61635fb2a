"""The candidates for a projet partagé, as advisors read them and take them to the team."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from fastapi import APIRouter, Request, Response

from api.console.pages import page
from api.console.pages import texts as console_texts
from api.console.ticket import Services
from api.container import Container
from api.projets_partages.service import (
    Lieu,
    ThemeCandidats,
    find_candidates,
    load_mention,
)
from api.statistiques.figures import FEW
from api.statistiques.pages import Asked, read_period
from api.suivi.etapes import Suivi
from api.suivi.repository import SuiviRepository
from api.suivi.textes import texts as suivi_texts
from api.tableur import csv_file
from assistant.business_days import CELLULE
from knowledge.projets_partages.groupes import Demandeur, Groupe
from knowledge.territoires.territoire import Territoire, TerritoireType

router = APIRouter(include_in_schema=False)
PATH = "/console/territoires/projets-partages"
_PERIOD_DAYS = 182
_SHOWN = 10
Followed = Mapping[tuple[str, str], Suivi]
_TEXTS = Path(__file__).parent.parent / "textes" / "projets_partages.yml"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What the form asks for; `wrong`: something typed is not known, and is left out."""

    asked: Asked
    theme: str | None
    lieu: Lieu
    wrong: bool

    @property
    def query(self) -> str:
        """Return the criteria as an address carries them."""
        told = {
            "theme": self.theme,
            "departement": self.lieu.departement,
            "region": self.lieu.region,
            "depuis": self.asked.depuis.isoformat(),
            "jusqu_a": self.asked.jusqu_a.isoformat(),
        }
        return urlencode({name: value for name, value in told.items() if value})


@cache
def texts() -> dict[str, Any]:
    """Return the words of the page that are not in its template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


def read_criteria(request: Request, services: Container) -> Criteria:
    """Return what the form asks for; the last six months by default."""
    asked = read_period(request, services.clock.now(), days=_PERIOD_DAYS)
    given = {
        name: request.query_params.get(name, "").strip()
        for name in ("theme", "departement", "region")
    }
    departement = given["departement"].upper()
    known = {
        "theme": given["theme"] in services.chat.themes,
        "departement": services.knowledge.find("departement", departement) is not None,
        "region": services.knowledge.find("region", given["region"]) is not None,
    }
    lieu = Lieu(
        departement if known["departement"] else None,
        given["region"] if known["region"] else None,
    )
    wrong = asked.wrong or any(given[name] and not known[name] for name in given)
    return Criteria(asked, given["theme"] if known["theme"] else None, lieu, wrong)


async def read_candidates(services: Container, criteria: Criteria) -> tuple[ThemeCandidats, ...]:
    """Return the candidates that fit."""
    period = criteria.asked.period
    async with services.database.sessions() as session:
        return await find_candidates(
            session,
            services.knowledge.territoires,
            since=period.since,
            until=period.until,
            theme=criteria.theme,
            lieu=criteria.lieu,
        )


@router.get(PATH)
async def show(request: Request, services: Services) -> Response:
    """Show the groups that could form, with the numbers that ranked them."""
    criteria = read_criteria(request, services)
    mention, regles = load_mention()
    found = await read_candidates(services, criteria)
    return page(
        request,
        "projets_partages/page.html",
        status=422 if criteria.wrong else 200,
        criteres=criteria,
        candidats=found,
        suivis=await _followed(services, found),
        etapes=suivi_texts()["etapes"],
        themes=sorted(services.chat.themes),
        departements=places(services, "departement"),
        regions=places(services, "region"),
        nommer=lambda groupe: link_of(services, groupe),
        lieu_de=lambda territoire, genre: _name(services, territoire, genre),
        mots=texts(),
        peu=FEW,
        montres=_SHOWN,
        mention=mention,
        regles=regles,
    )


@router.get(f"{PATH}.csv")
async def export(request: Request, services: Services) -> Response:
    """Give every group as a file: numbers and references, never a contact, and the mention."""
    criteria = read_criteria(request, services)
    found = await read_candidates(services, criteria)
    followed = await _followed(services, found)
    mention, regles = load_mention()
    rows: list[Sequence[Any]] = [texts()["colonnes"], *_rows(services, found, followed)]
    rows += [[], [texts()["mention"], mention]]
    rows += [[texts()["regles"], each] for each in regles]
    return csv_file(rows, "projets-partages.csv")


def places(services: Container, kind: TerritoireType) -> list[Territoire]:
    """Return the départements or the régions, in the order of their codes."""
    found = (each for each in services.knowledge.territoires if each.type == kind)
    return sorted(found, key=lambda each: each.code)


def link_of(services: Container, groupe: Groupe) -> str:
    """Return what brings a group together, in French."""
    words: str = texts()["liens"][groupe.lien]
    if groupe.code is None:
        return words
    kind = groupe.lien.removeprefix("meme_")
    place = services.knowledge.find(kind, groupe.code)
    return f"{words}\u00a0: {place.nom if place else groupe.code}"


async def _followed(services: Container, found: Sequence[ThemeCandidats]) -> Followed:
    """Return where the cellule is with those that could be brought together."""
    places = {
        (each.territoire.type, each.territoire.code)
        for theme in found
        for groupe in theme.groupes
        for each in groupe.demandeurs
    }
    async with services.database.sessions() as session:
        return await SuiviRepository(session).of(places)


def _rows(
    services: Container, found: Sequence[ThemeCandidats], followed: Followed
) -> Iterator[Sequence[Any]]:
    for theme in found:
        for rank, groupe in enumerate(theme.groupes, 1):
            for each in groupe.demandeurs:
                first = [theme.theme, rank, link_of(services, groupe)]
                yield [*first, *_cells(services, each, followed)]


def _cells(services: Container, demandeur: Demandeur, followed: Followed) -> list[Any]:
    place = demandeur.territoire
    suivi = followed.get((place.type, place.code))
    return [
        place.nom,
        console_texts()["natures"][place.type],
        place.code,
        _name(services, place, "departement"),
        _name(services, place, "region"),
        place.population or "",
        demandeur.demandes,
        CELLULE.today(demandeur.derniere).isoformat(),
        suivi_texts()["etapes"][suivi.etape] if suivi else "",
        " ".join(demandeur.references),
    ]


def _name(services: Container, place: Territoire, kind: TerritoireType) -> str:
    code = place.departement if kind == "departement" else place.region
    found = services.knowledge.find(kind, code) if code else None
    return found.nom if found else ""
