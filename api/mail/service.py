"""Decides a mail in the transaction of what motivates it; the worker composes and sends it."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.repository import JobRepository
from api.mail.models import Mail
from api.mail.repository import MailRepository

SEND = "mail.send"


async def post(
    session: AsyncSession,
    ticket_id: int,
    *,
    kind: str,
    recipient: str,
    recipient_name: str | None = None,
    message_id: str | None = None,
) -> Mail:
    """Write that a mail must leave."""
    mail = Mail(
        id=str(uuid.uuid4()),
        ticket_id=ticket_id,
        message_id=message_id,
        kind=kind,
        recipient=recipient,
        recipient_name=recipient_name,
    )
    await MailRepository(session).add(mail)
    await JobRepository(session).add(SEND, {"mail": mail.id}, dedupe=f"{SEND}:{mail.id}")
    return mail
