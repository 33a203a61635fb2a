"""The history of the accounts, for those who answer for them: searched, handed over as a table."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.comptes.journal import COMMAND_LINE, CompteJournal, EventFilter
from api.comptes.models import CompteEvent
from api.console.pages import entry_texts, french_moment, page
from api.console.recherche import DatedSearch
from api.database import Database
from api.dependencies import get_container
from api.tableur import BOM, csv_lines

router = APIRouter(include_in_schema=False)
HISTORY = "/console/comptes/histoire"
_PAGE = 50
_BLOCK = 2000


class Search(DatedSearch):
    """What the form of the history asks for."""

    def __init__(
        self,
        qui: Annotated[str, Query(max_length=80)] = "",
        quoi: Annotated[str, Query(max_length=40)] = "",
        du: Annotated[str, Query(max_length=10)] = "",
        au: Annotated[str, Query(max_length=10)] = "",
    ) -> None:
        super().__init__(qui=qui, quoi=quoi, du=du, au=au)

    @property
    def filter(self) -> EventFilter:
        """Return the criteria."""
        return EventFilter(
            who=self.shown["qui"] or None,
            kind=self.shown["quoi"] or None,
            since=self.since,
            until=self.until,
        )


@router.get(HISTORY)
async def show_history(
    request: Request,
    search: Annotated[Search, Depends()],
    avant: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """Show what happened to the accounts, newest first."""
    async with get_container(request).database.sessions() as session:
        found = await CompteJournal(session).page(search.filter, before=avant, limit=_PAGE + 1)
    facts: dict[str, Any] = {
        "evenements": found[:_PAGE],
        "suivant": found[_PAGE - 1].id if len(found) > _PAGE else None,
        "cherche": search.shown,
        "adresse": search.query,
        "dates_fausses": search.wrong,
        "commande": COMMAND_LINE,
    }
    return page(request, "comptes_histoire.html", status=422 if search.wrong else 200, **facts)


@router.get(f"{HISTORY}/export")
async def export_history(request: Request, search: Annotated[Search, Depends()]) -> Response:
    """Give the same events as a file for a spreadsheet, oldest last."""
    return StreamingResponse(
        _lines(get_container(request).database, search.filter),
        media_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": 'attachment; filename="histoire-des-comptes.csv"',
        },
    )


async def _lines(database: Database, criteria: EventFilter) -> AsyncIterator[str]:
    yield BOM + csv_lines([entry_texts()["colonnes_journal"]])
    before: int | None = None
    while True:
        async with database.sessions() as session:
            found = await CompteJournal(session).page(criteria, before=before, limit=_BLOCK)
        if not found:
            return
        yield csv_lines([_row(each) for each in found])
        before = found[-1].id


def _row(event: CompteEvent) -> list[str]:
    words = entry_texts()
    by = words["par_la_commande"] if event.by == COMMAND_LINE else event.by
    return [french_moment(event.at), by, words["journal"].get(event.kind, event.kind), event.nom]
