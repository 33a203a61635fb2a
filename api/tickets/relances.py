"""What a reminder says to the élu, and the reminders that nobody could hear."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.mail.models import Mail
from api.tickets.clock import promise_of
from api.tickets.models import Ticket, TicketEvent
from api.tickets.status import OPEN_STATUSES, WAITING

REMINDER = "reminder"
MAIL_KINDS = {
    "conseiller": "rappel_conseiller",
    "responsable": "rappel_responsable",
    "elu": "retard_elu",
}
_LEFT = ("en_attente", "envoye")
_TEXTS = Path(__file__).parent.parent / "textes" / "relances.yml"


@cache
def load_texts() -> dict[str, dict[str, str]]:
    """Return the words of the reminders."""
    texts: dict[str, dict[str, str]] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts


def late_words(ticket: Ticket) -> list[dict[str, Any]]:
    """Return what an élu who still waits reads in their conversation."""
    texts = load_texts()["retard"]
    state = texts["prise" if ticket.assignee else "attente"].format(reference=ticket.reference)
    sorry = texts["excuses"].format(attendu_le=promise_of(ticket).words)
    return [{"type": "text", "text": f"{state} {sorry}"}]


async def unheard(session: AsyncSession, tickets: Sequence[Ticket]) -> dict[int, list[str]]:
    """Return, by ticket still without an answer, who could not be reminded: no step is silent.

    A step is heard once a mail left, or is about to, or once it was said in the conversation.
    """
    waiting = [
        each.id
        for each in tickets
        if each.first_reply_at is None and each.status in OPEN_STATUSES and each.status != WAITING
    ]
    if not waiting:
        return {}
    steps = await session.execute(
        select(TicketEvent.ticket_id, TicketEvent.changes)
        .where(TicketEvent.ticket_id.in_(waiting), TicketEvent.kind == REMINDER)
        .order_by(TicketEvent.id)
    )
    mails = await session.execute(
        select(Mail.ticket_id, Mail.kind).where(
            Mail.ticket_id.in_(waiting), Mail.kind.in_(MAIL_KINDS.values()), Mail.status.in_(_LEFT)
        )
    )
    left = {(row[0], row[1]) for row in mails}
    found: dict[int, list[str]] = {}
    for ticket_id, changes in steps:
        who, missed = changes["to"], found.setdefault(ticket_id, [])
        heard = (ticket_id, MAIL_KINDS[who]) in left or changes.get("in_conversation")
        if not heard and who not in missed:
            missed.append(who)
    return {ticket_id: missed for ticket_id, missed in found.items() if missed}


def why_unheard(missed: Sequence[str]) -> str:
    """Return in French who could not be reminded."""
    words = load_texts()["a_relancer"]
    return "\N{NO-BREAK SPACE}; ".join(words[each] for each in missed)
