"""Asks the élu whether the answer helped: in the conversation, and by mail."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from api.links import link_secret, sign_link
from api.mail.models import RESOLVED
from api.mail.repository import MailRepository
from api.mail.service import post
from api.satisfaction.repository import SatisfactionRepository
from api.tickets.models import Ticket

ANSWER_DAYS = 30
_TEXTS = Path(__file__).parent.parent / "textes" / "satisfaction.yml"


@cache
def load_texts() -> dict[str, Any]:
    """Return the question and the labels."""
    texts: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts


def subject_of(reference: str) -> str:
    """Return what the link of a ticket signs: no conversation's link opens it, nor the reverse."""
    return f"avis:{reference}"


async def answer_path(session: AsyncSession, reference: str, *, until: datetime) -> str:
    """Return the page where the élu answers, without the service's address."""
    bearer = sign_link(await link_secret(session), subject_of(reference), expires_at=until)
    return f"/avis/{reference}/{bearer}"


def choices_of(page: str) -> list[dict[str, str]]:
    """Return each answer with the page that it opens, already chosen."""
    labels: dict[str, str] = load_texts()["reponses"]
    return [
        {"label": label, "note": note, "url": f"{page}?note={note}"}
        for note, label in labels.items()
    ]


async def ask(session: AsyncSession, ticket: Ticket) -> list[dict[str, Any]]:
    """Write that the question is asked, and return it as messages of the conversation.

    The answer's own mail carries it when that mail has not been composed yet; else one more leaves.
    """
    now = datetime.now(UTC)
    await SatisfactionRepository(session).ask(ticket.id, at=now)
    if ticket.courriel and not await MailRepository(session).answer_waits(ticket.id):
        await post(
            session,
            ticket.id,
            kind=RESOLVED,
            recipient=ticket.courriel,
            recipient_name=ticket.nom,
        )
    until = now + timedelta(days=ANSWER_DAYS)
    page = await answer_path(session, ticket.reference, until=until)
    question = load_texts()["question"].format(reference=ticket.reference)
    return [
        {"type": "text", "text": question},
        {"type": "satisfaction", "choices": choices_of(page)},
    ]
