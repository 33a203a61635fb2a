"""Say where a request stands: by its reference, or the last one of this conversation."""

import re
from dataclasses import replace

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.ports import TicketReceipt
from assistant.turn import Part

REFERENCE = re.compile(r"\bOR-\d{4}-[0-9A-Z]{6}\b", re.IGNORECASE)


async def follow(call: Call) -> Part:
    """Give the status of a request, or say kindly that none is known."""
    match = REFERENCE.search(call.text)
    receipt = (
        await call.services.tickets.find(match[0].upper())
        if match
        else await call.services.tickets.latest(call.conversation_id)
    )
    if receipt is None:
        key = "suivi.reference_inconnue" if match else "suivi.aucune"
        return _unknown(call, key)
    return Part(
        outcome="answered",
        memory=replace(call.memory, echecs=0),
        messages=(messages.text(_status(call, receipt)), messages.ticket(receipt)),
        human_offered=True,
    )


def _status(call: Call, receipt: TicketReceipt) -> str:
    return call.say(
        "suivi.statut",
        reference=receipt.reference,
        statut=call.label("statuts", receipt.status),
        delai=receipt.expected_reply_by,
        ouvert=receipt.status in ("nouveau", "en_cours"),
    )


def _unknown(call: Call, key: str) -> Part:
    return Part(
        outcome="clarified",
        memory=replace(call.memory, proposition="conseiller"),
        messages=(messages.text(call.say(key)), messages.help_choices(call)),
        human_offered=True,
    )
