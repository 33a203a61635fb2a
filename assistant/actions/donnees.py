"""RGPD in the conversation: what is kept, how to take it away, how to erase it."""

from dataclasses import replace

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.turn import Part

QUESTION = "effacement"
"""What `asks_for` says while the erasure waits to be confirmed."""


async def explain(call: Call) -> Part:
    """Say what is kept and offer export and erasure."""
    buttons = [
        messages.button(call, "exporter_donnees"),
        messages.button(call, "effacer_donnees"),
        messages.button(call, "parler_conseiller"),
    ]
    return _part(call, "donnees.explication", buttons)


async def export(call: Call) -> Part:
    """Tell where the export is: the page downloads it with the conversation's own token."""
    return _part(call, "donnees.export", [messages.button(call, "parler_conseiller")])


async def erase(call: Call) -> Part:
    """Ask to confirm the erasure: it cannot be undone."""
    buttons = [
        messages.button(call, "confirmer_effacement"),
        messages.button(call, "garder_conversation"),
    ]
    part = _part(call, "donnees.effacement", buttons)
    return replace(part, outcome="clarified", asks_for=QUESTION)


async def confirm_erasure(call: Call) -> Part:
    """Erase everything once this answer is given; asked out of the blue, ask first."""
    if not call.confirmed:
        return await erase(call)
    part = _part(call, "donnees.effacee", [messages.button(call, "parler_conseiller")])
    return replace(part, outcome="social", erased=True)


async def keep(call: Call) -> Part:
    """Nothing is erased."""
    part = _part(call, "donnees.gardee", [messages.button(call, "parler_conseiller")])
    return replace(part, outcome="social")


def _part(call: Call, key: str, buttons: list[dict[str, str]]) -> Part:
    link = f"/api/v1/conversations/{call.conversation_id}"
    said = messages.text(call.say(key))
    if key == "donnees.export":
        said = {**said, "action": "exporter", "href": link}
    return Part(
        outcome="answered",
        memory=call.memory,
        messages=(said, messages.choices(buttons)),
        human_offered=True,
    )
