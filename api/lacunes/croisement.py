"""The questions of the board counted by theme, territory and month: a table, and its file."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ARRAY, String, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.capitalisation.prepare import identifies
from api.container import Container
from api.dependencies import get_container
from api.lacunes.board import MONTH, BoardFilter, BoardRepository
from api.lacunes.forms import CrossQuery
from api.lacunes.models import Lacune, LacuneGroupe
from api.lacunes.pages import CROSS, choices, departement_name, region_name, texts
from api.redaction.pages import staff_page
from api.tableur import csv_file
from knowledge.territoires.territoire import Territoire
from nlu.text import fold

router = APIRouter(include_in_schema=False)
_ROWS = 200
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions of a month are about a theme and come from a place."""

    theme: str
    kind: str | None
    code: str | None
    departement: str | None
    month: str
    questions: int


@dataclass(frozen=True, slots=True)
class Ligne:
    """A theme in a territory, and its questions by month."""

    theme: str
    code: str
    territoire: str
    mois: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many there are in all."""
        return self.mois.total()


@router.get(CROSS)
async def show_cross(request: Request, query: Annotated[CrossQuery, Query()]) -> Response:
    """Show the questions by theme, territory and month, the most numerous first."""
    services = get_container(request)
    wanted = query.to_filter(services.knowledge.territoires)
    async with services.database.sessions() as session:
        lines = _lines(services, query.niveau, await _asked(session, wanted))
        shares = await BoardRepository(session).shares(wanted)
    months = sorted({month for line in lines for month in line.mois})
    return staff_page(
        request,
        "lacunes/croisement.html",
        lignes=lines[:_ROWS],
        lignes_en_tout=len(lines),
        mois=months[-_MONTHS:],
        mois_en_tout=len(months),
        filtres=query,
        choix=choices(services, query, shares),
        fichier=f"{CROSS}.csv{query.address()}",
        tableau=query.address(niveau=""),
        lacunes=texts(),
    )


@router.get(f"{CROSS}.csv")
async def export_cross(request: Request, query: Annotated[CrossQuery, Query()]) -> Response:
    """Return the same as a file: a line for each month."""
    services = get_container(request)
    wanted = query.to_filter(services.knowledge.territoires)
    async with services.database.sessions() as session:
        lines = _lines(services, query.niveau, await _asked(session, wanted))
    rows = (
        (line.theme, line.code, line.territoire, month, count)
        for line in lines
        for month, count in sorted(line.mois.items())
    )
    return csv_file([texts()["colonnes"], *rows], "questions-par-theme-et-territoire.csv")


async def _asked(session: AsyncSession, wanted: BoardFilter) -> list[Asked]:
    none = func.cardinality(Lacune.themes) == 0
    theme = func.unnest(case((none, literal([""], ARRAY(String))), else_=Lacune.themes))
    columns: Sequence[Any] = (
        theme.label("theme"),
        Lacune.territoire_type.label("kind"),
        Lacune.territoire_code.label("code"),
        Lacune.departement.label("departement"),
        MONTH.label("month"),
    )
    query = (
        select(*columns, func.count().label("questions"))
        .join(LacuneGroupe, LacuneGroupe.id == Lacune.groupe_id)
        .where(LacuneGroupe.etat.in_(wanted.etats), *wanted.of_gaps())
        .group_by(*columns)
    )
    found = [Asked(**row) for row in (await session.execute(query)).mappings()]
    return [each for each in found if wanted.theme in (None, each.theme)]


def _lines(services: Container, level: str, asked: Iterable[Asked]) -> list[Ligne]:
    """Return the lines of the table, the most numerous first."""
    told: dict[str, Any] = texts()["croisement"]
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for each in asked:
        code, name = _place(services, level, each)
        theme = each.theme or told["sans_theme"]
        counts[theme, code, name or told["inconnu"]][each.month] += each.questions
    lines = [Ligne(*key, months) for key, months in counts.items()]
    return sorted(lines, key=lambda line: (-line.total, fold(line.theme), fold(line.territoire)))


def _place(services: Container, level: str, asked: Asked) -> tuple[str, str]:
    """Return the code and the name of the territory of a level; empty when it is not known."""
    known = asked.kind and asked.code
    place = services.knowledge.find(asked.kind or "", asked.code or "") if known else None
    if level in ("epci", "commune"):
        return _local(services, level, place)
    departement = asked.departement or _departement(place)
    if level == "departement":
        return (departement, departement_name(services, departement)) if departement else ("", "")
    return _region(services, place, departement)


def _region(
    services: Container, place: Territoire | None, departement: str | None
) -> tuple[str, str]:
    held = services.knowledge.find("departement", departement) if departement else None
    code = held.region if held else place.code if place and place.type == "region" else None
    return (code, region_name(services, code)) if code else ("", "")


def _departement(place: Territoire | None) -> str | None:
    if place is None:
        return None
    return place.code if place.type == "departement" else place.departement


def _local(services: Container, level: str, place: Territoire | None) -> tuple[str, str]:
    """Return an intercommunalité or a commune; the name of a small one would tell who asks."""
    if level == "epci" and place is not None and place.epci:
        place = services.knowledge.find("epci", place.epci)
    if place is None or place.type != level:
        return "", ""
    departement = departement_name(services, place.departement or "")
    if level == "commune" and identifies(place):
        return "", str(texts()["croisement"]["petites"]).format(departement=departement)
    return place.code, f"{place.nom}, {departement}"
