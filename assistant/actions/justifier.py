"""Say why an offer was proposed, or why not, in the very words of the rules."""

from dataclasses import replace

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.actions.chercher import Found, find_resources
from assistant.actions.oriente import decide_for, orientation_json
from assistant.pourquoi import PROPOSED, asks_why
from assistant.turn import Part
from knowledge.orientation.decide import Decision
from knowledge.resources.resource import ResourceType

_INTENT = "demander_accompagnement"


async def justify(call: Call) -> Part:
    """Explain the decision taken for the need in memory; nothing of it changes.

    The record of the offer asked about is shown too: what it is says better whether it fits.
    """
    decision = decide_for(call, intent=call.memory.intention or _INTENT)
    named = asks_why(call.text, call.memory)
    asked = decision.route if named in (None, PROPOSED) else named
    orientation = orientation_json(decision)
    said = [messages.text(_reason(call, decision, asked)), {"type": "orientation", **orientation}]
    shown = None if asked == decision.route else _record_of(call, asked)
    if shown is not None:
        said.append(shown.message)
    said.append(messages.help_choices(call))
    seen = (*call.memory.ressources_vues, *(shown.ids if shown else ()))
    return Part(
        outcome="answered",
        memory=replace(
            call.memory,
            ressources_vues=tuple(dict.fromkeys(seen)),
            echecs=0,
            proposition="conseiller",
        ),
        messages=tuple(said),
        resources=shown.references if shown else (),
        orientation=orientation,
        human_offered=True,
    )


def _record_of(call: Call, route: str) -> Found | None:
    """Return what tells more about an offer, unless it was shown already."""
    found = find_resources(
        call,
        text=call.label("routes", route),
        types=(ResourceType.DEMARCHE,),
        exclude=call.memory.ressources_vues,
        limit=1,
    )
    return found if found.outcome == "answered" else None


def _reason(call: Call, decision: Decision, asked: str) -> str:
    if asked == decision.route:
        return call.say("justifier.retenue", titre=decision.title, motif=decision.motif)
    reasons: dict[str, str] = {each.route: each.why_not for each in decision.alternatives}
    return call.say(
        "justifier.ecartee",
        offre=call.label("routes", asked),
        raison=reasons.get(asked),
        titre=decision.title,
        motif=decision.motif,
    )
