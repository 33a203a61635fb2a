"""The access log, for those who answer for it: who was let in to which ticket, when."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.pages import french_moment, page, texts
from api.console.recherche import PAGE, DatedSearch, csv_history, page_facts
from api.dependencies import get_container
from api.droits.models import Acces
from api.droits.repository import AccesFilter, AccesRepository

router = APIRouter(include_in_schema=False)


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
            before=avant, limit=PAGE + 1, criteria=search.filter
        )
    facts = page_facts(found, search) | {"acces": found[:PAGE]}
    return page(request, "journal.html", status=422 if search.wrong else 200, **facts)


@router.get("/console/journal/export")
async def export_journal(request: Request, search: Annotated[Search, Depends()]) -> Response:
    """Give the same accesses as a file for a spreadsheet, oldest last."""

    async def read(session: AsyncSession, before: int | None, limit: int) -> Sequence[Acces]:
        return await AccesRepository(session).page(
            before=before, limit=limit, criteria=search.filter
        )

    columns = texts()["journal"]["colonnes"]
    database = get_container(request).database
    return csv_history(database, "journal-des-acces.csv", columns, read=read, row=_row)


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
