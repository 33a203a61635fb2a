"""Builders of the message types of the contract."""

from collections.abc import Sequence
from typing import Any

from assistant.actions.base import Call
from assistant.business_days import Promise
from assistant.payloads import write_payload
from assistant.ports import Demande, TicketReceipt
from assistant.turn import Message


def text(content: str) -> Message:
    """A paragraph of the assistant."""
    return {"type": "text", "text": content}


def button(call: Call, name: str, /, *, label: str | None = None, **data: Any) -> dict[str, str]:
    """A button; its label comes from the table `boutons` unless given."""
    return {
        "label": label or call.label("boutons", name),
        "payload": write_payload(name, **data),
    }


def choices(buttons: Sequence[dict[str, str]]) -> Message:
    """A row of buttons."""
    return {"type": "choices", "choices": list(buttons)}


def help_choices(call: Call, *names: str) -> Message:
    """A row of plain buttons that always ends with the human."""
    buttons = [button(call, name) for name in names]
    return choices([*buttons, button(call, "parler_conseiller")])


def ticket(receipt: TicketReceipt) -> Message:
    """The receipt of a request sent to a human."""
    return {
        "type": "ticket",
        "reference": receipt.reference,
        "status": receipt.status,
        "expected_reply_by": receipt.promise.day.isoformat(),
        "expected_reply_text": receipt.promise.words,
    }


def recapitulatif(call: Call, demande: Demande, promise: Promise) -> Message:
    """What will be sent to the advisor, for the élu to read and edit before sending."""
    return {
        "type": "recapitulatif",
        "demande": demande_fields(call, demande),
        "manquants": missing_fields(demande),
        "mention": call.say("demande.mention_rgpd"),
        "delai": promise.day.isoformat(),
        "delai_texte": promise.words,
    }


def demande_fields(call: Call, demande: Demande) -> dict[str, Any]:
    """Return the editable fields of a request as the widget shows them."""
    route = demande.route
    return {
        "besoin": demande.besoin,
        "categorie": demande.categorie,
        "territoire": demande.territoire,
        "population": demande.population,
        "role": demande.role,
        "themes": list(demande.themes),
        "nom": demande.nom,
        "courriel": demande.courriel,
        "telephone": demande.telephone,
        "ressources_vues": list(demande.ressources_vues),
        "demarche_suggeree": {"route": route, "title": call.label("routes", route)}
        if route
        else None,
    }


def missing_fields(demande: Demande) -> list[str]:
    """Return what is still needed before sending: `besoin`, `contact`."""
    missing = [] if (demande.besoin or "").strip() else ["besoin"]
    return missing if demande.joignable else [*missing, "contact"]
