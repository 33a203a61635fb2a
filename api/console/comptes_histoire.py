"""The history of the accounts, for those who answer for them: searched, handed over as a table."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.journal import COMMAND_LINE, CompteJournal, EventFilter
from api.comptes.models import CompteEvent
from api.console.pages import entry_texts, french_moment, page
from api.console.recherche import PAGE, DatedSearch, csv_history, page_facts
from api.dependencies import get_container

router = APIRouter(include_in_schema=False)
HISTORY = "/console/comptes/histoire"


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
        found = await CompteJournal(session).page(search.filter, before=avant, limit=PAGE + 1)
    facts = page_facts(found, search) | {"evenements": found[:PAGE], "commande": COMMAND_LINE}
    return page(request, "comptes_histoire.html", status=422 if search.wrong else 200, **facts)


@router.get(f"{HISTORY}/export")
async def export_history(request: Request, search: Annotated[Search, Depends()]) -> Response:
    """Give the same events as a file for a spreadsheet, oldest last."""

    async def read(session: AsyncSession, before: int | None, limit: int) -> Sequence[CompteEvent]:
        return await CompteJournal(session).page(search.filter, before=before, limit=limit)

    columns = entry_texts()["colonnes_journal"]
    database = get_container(request).database
    return csv_history(database, "histoire-des-comptes.csv", columns, read=read, row=_row)


def _row(event: CompteEvent) -> list[str]:
    words = entry_texts()
    by = words["par_la_commande"] if event.by == COMMAND_LINE else event.by
    return [french_moment(event.at), by, words["journal"].get(event.kind, event.kind), event.nom]
