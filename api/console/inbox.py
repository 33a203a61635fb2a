"""The mails that lead to no request: read, put in their request by hand, or erased."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.pages import page
from api.console.ticket import me
from api.container import Container
from api.courrier.models import CourrielRecu
from api.courrier.reception import Reception, takes_mails, texts
from api.courrier.repository import APART, CourrielRepository
from api.dependencies import get_container
from api.droits.guard import check_team
from api.errors import Problem, not_found
from api.tickets.service import TicketService
from nlu.text import strip_invisible

router = APIRouter(include_in_schema=False)
Services = Annotated[Container, Depends(get_container)]
_INBOX = "/console/courrier"
_SHOWN = 100
_ID = re.compile(r"[0-9a-f-]{36}")


@router.get(_INBOX)
async def show_inbox(
    request: Request,
    services: Services,
    etat: Annotated[str, Query(max_length=20)] = "",
    fait: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the last mails of a state; those that lead nowhere unless told otherwise."""
    wanted = etat if etat in APART else APART[0]
    async with services.database.sessions.begin() as session:
        found = await CourrielRepository(session).apart(wanted, limit=_SHOWN)
        done = texts()["fait"].get(fait, "")
        return page(request, "courrier.html", recus=found, etat=wanted, fait=done, courrier=texts())


@router.get(f"{_INBOX}/{{recu}}")
async def show_received(request: Request, recu: str, services: Services) -> Response:
    """Show the words of a mail."""
    async with services.database.sessions.begin() as session:
        return await _shown(request, session, await _find(session, recu))


@router.post(f"{_INBOX}/{{recu}}/rattacher")
async def attach(
    request: Request,
    recu: str,
    services: Services,
    reference: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Put a mail in the request that it answers."""
    settings = services.settings
    async with services.database.sessions.begin() as session:
        found = await _find(session, recu)
        wanted = strip_invisible(reference).strip().upper()
        ticket = await TicketService(session).get(wanted, lock=True)
        try:
            await check_team(request, wanted)
        except Problem as refused:
            return await _shown(request, session, found, erreur=refused.detail, reference=reference)
        if ticket is None or not takes_mails(ticket):
            why = texts()["refus"]["demande_anonyme" if ticket else "demande_inconnue"]
            return await _shown(request, session, found, erreur=why, reference=reference)
        reception = Reception(
            session,
            box=settings.reply_box,
            domain=settings.mail_sender.domain,
            now=services.clock.now,
        )
        await reception.attach(found, ticket, actor=me(request).nom)
        return _go(request, f"/console/demandes/{ticket.reference}?fait=rattache")


@router.post(f"{_INBOX}/{{recu}}/effacer")
async def erase(
    request: Request,
    recu: str,
    services: Services,
    sur: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Erase a mail, once it is confirmed."""
    async with services.database.sessions.begin() as session:
        found = await _find(session, recu)
        if sur != "oui":
            return await _shown(request, session, found, erreur=texts()["refus"]["confirmer"])
        await CourrielRepository(session).delete(found)
        return _go(request, f"{_INBOX}?etat={found.etat}&fait=efface")


async def _find(session: AsyncSession, recu_id: str) -> CourrielRecu:
    """Return a mail that is in no request, or raise Problem 404."""
    known = _ID.fullmatch(recu_id)
    found = await CourrielRepository(session).get(recu_id) if known else None
    if found is None or found.etat not in APART:
        raise not_found()
    return found


async def _shown(
    request: Request,
    session: AsyncSession,
    recu: CourrielRecu,
    *,
    erreur: str = "",
    reference: str = "",
) -> Response:
    known = reference or await CourrielRepository(session).reference(recu) or ""
    facts: dict[str, Any] = {"erreur": erreur, "reference": known, "courrier": texts()}
    return page(request, "courrier_recu.html", status=422 if erreur else 200, recu=recu, **facts)


def _go(request: Request, where: str) -> RedirectResponse:
    root = str(request.scope.get("root_path", "")).rstrip("/")
    return RedirectResponse(f"{root}{where}", status_code=303)
