"""What each import did, line by line: kept, shown, handed over as a table."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import get_container
from api.errors import not_found
from api.redaction.models import ImportReport
from api.redaction.pages import page, texts
from api.tableur import csv_file
from knowledge.imports.service import ImportPlan

router = APIRouter(include_in_schema=False)
REPORT = "/redaction/import/{number}"
_LAST = 10
_SHOWN = 500

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


async def keep_report(session: AsyncSession, name: str, plan: ImportPlan) -> int:
    """Keep what a plan that was done did; return its number."""
    lines = [
        {
            "ligne": each.entry.line,
            "fiche": each.entry.id,
            "titre": each.resource.title if each.resource else "",
            "sort": each.outcome.value,
        }
        for each in plan.lines
    ]
    statement = insert(ImportReport).values(nom=name, lignes=lines).returning(ImportReport.id)
    number: int = (await session.execute(statement)).scalar_one()
    return number


async def last_imports(session: AsyncSession) -> Sequence[Row[Any]]:
    """Return the last imports, the latest first: number, file, moment and how many lines."""
    lines = func.jsonb_array_length(ImportReport.lignes).label("nombre")
    query = select(ImportReport.id, ImportReport.nom, ImportReport.at, lines)
    query = query.order_by(ImportReport.at.desc(), ImportReport.id.desc())
    return (await session.execute(query.limit(_LAST))).all()


@router.get(REPORT)
async def show_report(request: Request, number: Number, fait: str = "") -> Response:
    """Show what an import did."""
    report = await _find(request, number)
    return page(
        request,
        "import_fait.html",
        rapport=report,
        comptes=Counter(each["sort"] for each in report.lignes),
        montrees=report.lignes[:_SHOWN],
        a_l_instant=bool(fait),
    )


@router.get(f"{REPORT}/lignes.csv")
async def download_report(request: Request, number: Number) -> Response:
    """Hand over what an import did, line by line."""
    report, words = await _find(request, number), texts()
    outcomes, fields = words["lignes"], words["compte_rendu"]
    rows = [
        (each["ligne"], each["fiche"], each["titre"], outcomes[each["sort"]][0])
        for each in report.lignes
    ]
    return csv_file([fields, *rows], f"import-{number}.csv")


async def _find(request: Request, number: int) -> ImportReport:
    async with get_container(request).database.sessions() as session:
        found = await session.get(ImportReport, number)
    if found is None:
        raise not_found()
    return found
