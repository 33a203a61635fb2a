"""The mails that left, or did not; their words are for those who may read them only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.console.pages import page
from api.container import Container
from api.dependencies import get_container
from api.droits.guard import note_shown
from api.errors import not_found
from api.mail.repository import MailRepository

router = APIRouter(include_in_schema=False)
Services = Annotated[Container, Depends(get_container)]
_SHOWN = 100


@router.get("/console/courriels")
async def show_outbox(
    request: Request,
    services: Services,
    etat: Annotated[str, Query(max_length=20)] = "",
    reference: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the last mails and what became of each."""
    wanted = reference.strip().upper()
    async with services.database.sessions.begin() as session:
        found = await MailRepository(session).outbox(
            status=etat or None, reference=wanted or None, limit=_SHOWN
        )
    await note_shown(request, [of for _, of in found])  # the addresses of élus are shown
    return page(
        request,
        "courriels.html",
        courriels=[(mail, of) for mail, of in found],
        etat=etat,
        reference=wanted,
    )


@router.get("/console/demandes/{reference}/courriels/{courriel}")
async def show_mail(
    request: Request, reference: str, courriel: str, services: Services
) -> Response:
    """Show the words of a mail."""
    async with services.database.sessions.begin() as session:
        mails = MailRepository(session)
        mail = await mails.get(courriel)
        if mail is None or (await mails.ticket(mail)).reference != reference.strip().upper():
            raise not_found()
        return page(request, "courriel.html", courriel=mail, reference=reference.strip().upper())
