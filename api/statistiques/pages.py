"""The figures of the requests: for the staff, by period; for everyone, without the small ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.console.pages import page
from api.console.ticket import Services
from api.container import Container
from api.dependencies import limit_address
from api.statistiques.faits import Groups
from api.statistiques.figures import Ensemble, publishable, rounded
from api.statistiques.gardes import KEPT, Garde, Gardes
from api.statistiques.impact import Question, matrix
from api.statistiques.impact import texts as impact_texts
from api.statistiques.impact import to_csv as matrix_csv
from api.statistiques.lieux import group_places
from api.statistiques.lignes import count_all
from api.statistiques.mesures import measure
from api.statistiques.present import (
    Rang,
    Tableau,
    public_table,
    table,
    texts,
    to_csv,
    to_public_csv,
)
from api.statistiques.repository import DIMENSIONS, PLACES, FiguresRepository, Period
from api.widget.routes import TEMPLATES as PAGES_TEMPLATES
from api.widget.routes import Exploitant
from assistant.business_days import CELLULE
from assistant.replies import french_date, french_number

router = APIRouter(include_in_schema=False)
_STAFF = "/console/statistiques"
_PUBLIC = "/statistiques"
_PUBLISHED = ("mois", "themes", "routes", "departements")
_YEAR = 12
_HERE = Path(__file__).parent / "templates"
Figures = tuple[Ensemble, list[Tableau[Rang]]]
_figures_kept: Gardes[Figures] = Gardes()


@dataclass(frozen=True, slots=True)
class Asked:
    """The period of the page, its last day included; `wrong`: what was typed is not one."""

    depuis: date
    jusqu_a: date
    wrong: bool = False

    @property
    def period(self) -> Period:
        """What is counted."""
        return Period(_midnight(self.depuis), _midnight(self.jusqu_a + timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Published:
    """What everyone reads, and until when it is kept."""

    asked: Asked
    demandes: int | None
    conversations: int | None
    tables: Sequence[Tableau[Rang]]
    matrice: Sequence[Question]
    until: datetime


def read_period(request: Request, now: datetime, *, days: int | None = None) -> Asked:
    """Return the period asked for; by default the last `days`, or else the last twelve months."""
    today = CELLULE.today(now)
    first = _months_before(today, _YEAR - 1) if days is None else today - timedelta(days=days)
    usual = Asked(first, today)
    given = [request.query_params.get(name, "").strip() for name in ("depuis", "jusqu_a")]
    if not any(given):
        return usual
    try:
        first = date.fromisoformat(given[0]) if given[0] else usual.depuis
        last = date.fromisoformat(given[1]) if given[1] else usual.jusqu_a
    except ValueError:
        return Asked(usual.depuis, usual.jusqu_a, wrong=True)
    if not first <= last < date.max:
        return Asked(usual.depuis, usual.jusqu_a, wrong=True)
    return Asked(first, last)


@router.get(_STAFF)
async def show_staff(request: Request, services: Services) -> Response:
    """Show the figures of a period."""
    asked = read_period(request, services.clock.now())
    kept = await _figures(services, asked)
    whole, tables = kept.figures
    status = 422 if asked.wrong else 200
    return page(
        request,
        "statistiques/console.html",
        status=status,
        demande=asked,
        ensemble=whole,
        tableaux=tables,
        mots=texts(),
        compte_le=kept.at,
        onglet="",
    )


@router.get(f"{_STAFF}.csv")
async def export_staff(request: Request, services: Services) -> Response:
    """Give the same figures as a file for a spreadsheet."""
    asked = read_period(request, services.clock.now())
    whole, tables = (await _figures(services, asked)).figures
    return _file(to_csv(whole, tables), "statistiques.csv", cache="no-store")


async def _figures(services: Container, asked: Asked) -> Garde[Figures]:
    """Return the figures of a period, kept a while when there are many requests."""

    async def count() -> tuple[Figures, int]:
        found = await _count(services, asked)
        return found, found[0].demandes

    key = (services.database.url, asked.depuis, asked.jusqu_a)
    return await _figures_kept.get(key, services.clock.now(), count)


async def _count(services: Container, asked: Asked) -> Figures:
    async with services.database.sessions() as session:
        places = await FiguresRepository(session, asked.period).places()
        groups = await groups_of(services, places)
        whole, lines = await count_all(session, asked.period, groups, now=services.clock.now())
    return whole, [table(services, each, lines[each]) for each in DIMENSIONS]


async def groups_of(services: Container, places: Sequence[str]) -> Groups:
    """Return what each dimension of places calls each of them; worked out aside."""

    def work_out() -> Groups:
        return {each: group_places(services.knowledge.find, each, places) for each in PLACES}

    return await asyncio.to_thread(work_out)


def build_public_router(*, exploitant: Exploitant) -> APIRouter:
    """Return the routes of the public page; what it shows is counted once in a while."""
    public = APIRouter(include_in_schema=False, dependencies=[Depends(limit_address)])
    known: dict[str, Published] = {}
    turn = asyncio.Lock()

    async def published(services: Services) -> Published:
        now = services.clock.now()
        async with turn:
            if "page" not in known or known["page"].until <= now:
                known["page"] = await _publish(services, now, exploitant)
        return known["page"]

    @public.api_route(_PUBLIC, methods=["GET", "HEAD"])
    async def show(
        request: Request, found: Annotated[Published, Depends(published)]
    ) -> HTMLResponse:
        content = _environment().get_template("statistiques/publique.html")
        facts: dict[str, Any] = {
            "exploitant": exploitant,
            "racine": str(request.scope.get("root_path", "")).rstrip("/"),
            "chemin": request.url.path,
        }
        written = content.render(
            **facts, publie=found, tableaux=found.tables, mots=texts() | {"impact": impact_texts()}
        )
        return HTMLResponse(written, headers={"Cache-Control": "no-cache"})

    @public.api_route(f"{_PUBLIC}.csv", methods=["GET", "HEAD"])
    async def export(found: Annotated[Published, Depends(published)]) -> Response:
        return _file(to_public_csv(found.tables), "statistiques.csv", cache="no-cache")

    @public.api_route(f"{_PUBLIC}/impact.csv", methods=["GET", "HEAD"])
    async def export_matrix(found: Annotated[Published, Depends(published)]) -> Response:
        return _file(matrix_csv(found.matrice), "impact.csv", cache="no-cache")

    return public


def published_period(today: date) -> Asked:
    """Return the twelve months that are over.

    The month that runs would be counted again at each request: two readings tell all of this one.
    """
    this_month = today.replace(day=1)
    return Asked(_months_before(this_month, _YEAR), this_month - timedelta(days=1))


def told_period(asked: Asked) -> str:
    """Return a period as everyone reads it."""
    first, last = (f"{each:%d/%m/%Y}" for each in (asked.depuis, asked.jusqu_a))
    return str(impact_texts()["du_au"]).format(depuis=first, jusqu_a=last)


async def _publish(services: Container, now: datetime, exploitant: Exploitant) -> Published:
    asked = published_period(CELLULE.today(now))
    async with services.database.sessions() as session:
        figures = FiguresRepository(session, asked.period)
        measures = await measure(session, asked.period, now=now)
        tables = [
            public_table(services, each, publishable(await figures.by(each))) for each in _PUBLISHED
        ]
    return Published(
        asked,
        rounded(measures.demandes),
        rounded(measures.conversations),
        tables,
        matrix(measures, exploitant.accessibilite, told_period(asked)),
        now + KEPT,
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([_HERE, PAGES_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["date_fr"] = french_date
    environment.filters["nombre"] = french_number
    return environment


def _file(content: str, name: str, *, cache: str) -> Response:
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": cache,
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def _months_before(day: date, months: int) -> date:
    """Return the first day of the month, so many months before."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CELLULE.zone)
