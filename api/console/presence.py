"""Says who else has the same request in front of them, while the page is open."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.collegues.repository import PresenceRepository
from api.console.etat import state_of
from api.console.forms import read_form
from api.console.pages import texts
from api.console.ticket import TICKET, Services, find_ticket, me

router = APIRouter(include_in_schema=False)


@router.post(f"{TICKET}/presence")
async def beat(request: Request, reference: str, services: Services) -> Response:
    """Note that this page is still open (or left); say who else is there, and how it is now."""
    form, nom, now = await read_form(request), me(request).nom, services.clock.now()
    async with services.database.sessions.begin() as session:
        ticket = await find_ticket(session, reference)
        presence = PresenceRepository(session)
        if form.get("depart"):
            await presence.leave(ticket.id, nom)
            return Response(status_code=204)
        await presence.beat(ticket.id, nom, now=now)
        others = await presence.others(ticket.id, nom, now=now)
        state = await state_of(session, ticket)
    words = texts()["presence"]
    told = [words["consulte"].format(nom=each) for each in others]
    return JSONResponse({"avis": told, "etat": state}, headers={"Cache-Control": "no-store"})
