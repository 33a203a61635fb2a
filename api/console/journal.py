"""The access log, for those who answer for it: who was let in to which ticket, when."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.console.pages import page
from api.dependencies import get_container
from api.droits.repository import AccesRepository

router = APIRouter(include_in_schema=False)
_PAGE = 50


@router.get("/console/journal")
async def show_journal(
    request: Request,
    avant: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    reference: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the accesses, newest first."""
    wanted = reference.strip().upper()
    async with get_container(request).database.sessions.begin() as session:
        found = await AccesRepository(session).page(
            before=avant, limit=_PAGE + 1, reference=wanted or None
        )
    shown = found[:_PAGE]
    following = shown[-1].id if len(found) > _PAGE else None
    return page(request, "journal.html", acces=shown, suivant=following, reference=wanted)
