"""Say where a request stands: by its reference, or the last one of this conversation."""

from dataclasses import replace

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.ports import TicketReceipt
from assistant.references import find_reference, is_reference
from assistant.turn import Part


async def follow(call: Call) -> Part:
    """Give the status of a request, or say kindly that none is known."""
    reference = find_reference(call.text)
    receipt = (
        await call.services.tickets.find(reference)
        if reference
        else await call.services.tickets.latest(call.conversation_id)
    )
    if receipt is None:
        known = reference or is_reference(call.text)
        return _unknown(call, "suivi.reference_inconnue" if known else "suivi.aucune")
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
        delai=receipt.promise.words,
        ouvert=receipt.status in ("nouveau", "en_cours"),
    )


def _unknown(call: Call, key: str) -> Part:
    return Part(
        outcome="clarified",
        memory=replace(call.memory, proposition="conseiller"),
        messages=(messages.text(call.say(key)), messages.help_choices(call)),
        human_offered=True,
    )
