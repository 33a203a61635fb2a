"""RGPD in the conversation: what is kept, how to take it away, how to erase it."""

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.turn import Part


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
    """Tell how to confirm the erasure: it cannot be undone."""
    return _part(call, "donnees.effacement", [messages.button(call, "parler_conseiller")])


def _part(call: Call, key: str, buttons: list[dict[str, str]]) -> Part:
    link = f"/api/v1/conversations/{call.conversation_id}"
    said = messages.text(call.say(key))
    action = {"donnees.export": "exporter", "donnees.effacement": "effacer"}.get(key)
    if action:
        said = {**said, "action": action, "href": link}
    return Part(
        outcome="answered",
        memory=call.memory,
        messages=(said, messages.choices(buttons)),
        human_offered=True,
    )
