"""The access log, for those who answer for it: who was let in to which ticket, when."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.console.pages import french_moment, page, texts
from api.console.recherche import DatedSearch
from api.database import Database
from api.dependencies import get_container
from api.droits.models import Acces
from api.droits.repository import AccesFilter, AccesRepository
from api.tableur import BOM, csv_lines

router = APIRouter(include_in_schema=False)
_PAGE = 50
_BLOCK = 2000


class Search(DatedSearch):
    """What the form of the log asks for."""

    def __init__(
        self,
        reference: Annotated[str, Query(max_length=20)] = "",
        qui: Annotated[str, Query(max_length=80)] = "",
        action: Annotated[str, Query(max_length=40)] = "",
        du: Annotated[str, Query(max_length=10)] = "",
        au: Annotated[str, Query(max_length=10)] = "",
    ) -> None:
        super().__init__(reference=reference.upper(), qui=qui, action=action, du=du, au=au)

    @property
    def filter(self) -> AccesFilter:
        """Return the criteria."""
        return AccesFilter(
            reference=self.shown["reference"] or None,
            who=self.shown["qui"] or None,
            action=self.shown["action"] or None,
            since=self.since,
            until=self.until,
        )


@router.get("/console/journal")
async def show_journal(
    request: Request,
    search: Annotated[Search, Depends()],
    avant: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """Show the accesses, newest first."""
    async with get_container(request).database.sessions.begin() as session:
        found = await AccesRepository(session).page(
            before=avant, limit=_PAGE + 1, criteria=search.filter
        )
    facts: dict[str, Any] = {
        "acces": found[:_PAGE],
        "suivant": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "cherche": search.shown,
        "adresse": search.query,
        "dates_fausses": search.wrong,
    }
    return page(request, "journal.html", status=422 if search.wrong else 200, **facts)


@router.get("/console/journal/export")
async def export_journal(request: Request, search: Annotated[Search, Depends()]) -> Response:
    """Give the same accesses as a file for a spreadsheet, oldest last."""
    return StreamingResponse(
        _lines(get_container(request).database, search.filter),
        media_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": 'attachment; filename="journal-des-acces.csv"',
        },
    )


async def _lines(database: Database, criteria: AccesFilter) -> AsyncIterator[str]:
    yield BOM + csv_lines([texts()["journal"]["colonnes"]])
    before: int | None = None
    while True:
        async with database.sessions.begin() as session:
            found = await AccesRepository(session).page(
                before=before, limit=_BLOCK, criteria=criteria
            )
        if not found:
            return
        yield csv_lines([_row(each) for each in found])
        before = found[-1].id


def _row(acces: Acces) -> list[str]:
    kind, _, name = acces.who.partition(":")
    return [
        french_moment(acces.at),
        name,
        texts()["acces"].get(kind, kind),
        texts()["actions"].get(acces.action, acces.action),
        acces.reference or "",
        " ".join(acces.demandes or ()),
    ]
