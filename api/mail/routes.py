"""The outbox: what was written to élus, and what became of it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from api.container import Container
from api.dependencies import get_container
from api.droits.guard import note_shown
from api.mail.models import Mail
from api.mail.repository import MailRepository
from api.tickets.auth import Actor, caller

router = APIRouter(prefix="/api/v1/mails", tags=["Courriels"])

Status = Literal["en_attente", "envoye", "refuse", "abandonne", "sans_serveur"]


def mail_json(mail: Mail, reference: str) -> dict[str, Any]:
    """Return a mail as the outbox shows it."""
    return {
        "id": mail.id,
        "reference": reference,
        "kind": mail.kind,
        "recipient": mail.recipient,
        "subject": mail.subject,
        "text": mail.body_text,
        "html": mail.body_html,
        "status": mail.status,
        "tries": mail.tries,
        "error": mail.error,
        "created_at": mail.created_at.isoformat(),
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
    }


@router.get("", summary="Lire les courriels envoyés ou à envoyer")
async def list_mails(
    request: Request,
    services: Annotated[Container, Depends(get_container)],
    actor: Annotated[Actor, Depends(caller)],
    *,
    status: Status | None = None,
    reference: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Les plus récents d'abord. Sans serveur SMTP, c'est ici qu'ils se lisent."""
    wanted = reference.strip().upper() if reference else None
    async with services.database.sessions.begin() as session:
        found = await MailRepository(session).outbox(status=status, reference=wanted, limit=limit)
    await note_shown(request, [of for _, of in found])
    return {"items": [mail_json(mail, of) for mail, of in found]}
