"""A request on paper or in a PDF: what was asked, what was said, without anything to press."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.console.dossier import load_dossier, thread
from api.console.pages import page
from api.console.ticket import TICKET, Services, find_ticket, me
from api.tickets.clock import is_overdue, promise_of

router = APIRouter(include_in_schema=False)
_WITHOUT = "sans"


@router.get(f"{TICKET}/imprimer")
async def show_printed(
    request: Request,
    reference: str,
    services: Services,
    notes: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show the request as it is printed; `notes=sans` leaves out what advisors said together."""
    now = services.clock.now()
    async with services.database.sessions.begin() as session:
        ticket = await find_ticket(session, reference)
        dossier = await load_dossier(session, services, ticket, me=me(request).nom, now=now)
    shared = notes == _WITHOUT
    said = [each for each in thread(dossier) if not (shared and each.sorte == "internal")]
    equipe = services.aiguillage.equipe(ticket.team)
    return page(
        request,
        "imprimer.html",
        demande=ticket,
        dossier=dossier,
        fil=said,
        sans_notes=shared,
        retard=is_overdue(ticket, now),
        promesse=promise_of(ticket).words,
        equipe=equipe.nom if equipe else ticket.team,
        routes=services.replies.table("routes"),
        maintenant=now,
    )
