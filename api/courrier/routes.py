"""The door of the inbound mail services: a mail as it travelled, by access key."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from api.container import Container
from api.courrier.reception import Reception, TooManyMails
from api.dependencies import get_container
from api.errors import Problem
from api.tickets.auth import Actor, caller

router = APIRouter(prefix="/api/v1/mails", tags=["Courriels"])
RFC822 = "message/rfc822"
_WAIT_SECONDS = 600
_BODY = {
    "requestBody": {
        "required": True,
        "content": {RFC822: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(
    "/entrants",
    status_code=201,
    summary="Remettre un courriel reçu",
    openapi_extra=_BODY,
    responses={200: {"description": "Déjà reçu : rien n'est doublé."}},
)
async def receive_mail(
    request: Request,
    response: Response,
    services: Annotated[Container, Depends(get_container)],
    actor: Annotated[Actor, Depends(caller)],
) -> dict[str, Any]:
    """Le courriel entier, en-têtes compris (RFC 5322), 10 Mio au plus. « status » : « recu » (dans
    sa demande), « ignore », « echec » ou « quarantaine ». Remis deux fois, il est écrit une."""
    settings = services.settings
    box = settings.reply_box
    if box is None:
        raise Problem(409, "courrier_absent")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != RFC822:
        raise Problem(415, "courrier_type")
    raw = await request.body()
    if not raw.strip():
        raise Problem(422, "courrier_vide")
    async with services.database.sessions.begin() as session:
        reception = Reception(
            session, box=box, domain=settings.mail_sender.domain, now=services.clock.now
        )
        try:
            taken = await reception.take_in(raw)
        except TooManyMails:
            wait = str(_WAIT_SECONDS)
            raise Problem(429, "courrier_trop", headers={"Retry-After": wait}) from None
        if taken.known:
            response.status_code = 200
        return {"id": taken.recu.id, "status": taken.recu.etat}
