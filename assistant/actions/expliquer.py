"""Explain a démarche, a programme, an acronym: from the base, word for word."""

from dataclasses import replace

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.actions.chercher import find_resources
from assistant.actions.repondre import present
from assistant.sources import Sigle
from assistant.suites import leans_on_need
from assistant.turn import Part
from knowledge.orientation.vocabulaire import OFFRES
from knowledge.resources.resource import ResourceType
from nlu.text import words

_EXPLAINED = (ResourceType.DEMARCHE, ResourceType.PROGRAMME, ResourceType.CADRE_LEGAL)
_INTENT = "comprendre_demarche"
_SHOWN = 3


async def explain(call: Call) -> Part:
    """Tell what the acronyms mean, then show the démarches and programmes that it is about.

    A question asked on the way does not replace the need that the élu came with.
    """
    asking = call.remember(intention=_INTENT, territoires_a_preciser=())
    text = _asked(call)
    found = find_resources(asking, text=text, types=_EXPLAINED, limit=_SHOWN)
    if found.outcome != "answered":
        found = find_resources(asking, text=text)
    part = present(asking, found)
    memory = replace(
        part.memory,
        besoin=call.memory.besoin or call.text,
        intention=call.memory.intention or _INTENT,
        route=call.memory.route if call.memory.route in OFFRES else part.memory.route,
    )
    meanings = _meanings(call)
    if meanings is None:
        return replace(part, memory=memory)
    shown = part.messages if found.outcome == "answered" else (messages.help_choices(call),)
    return replace(part, outcome="answered", memory=memory, messages=(meanings, *shown))


def _asked(call: Call) -> str:
    """« combien de temps ça dure ? », after an offer was proposed, is asked about this one."""
    if call.memory.route in OFFRES and leans_on_need(call.understanding, call.memory):
        return f"{call.label('routes', call.memory.route)} {call.text}"
    return call.text


def _meanings(call: Call) -> dict[str, str] | None:
    said = set(words(call.text))
    known = [each for key, each in call.services.knowledge.sigles.items() if key in said]
    if not known:
        return None
    lines = [call.say("sigles.introduction"), *(_line(call, each) for each in known)]
    return messages.text("\n".join(lines))


def _line(call: Call, sigle: Sigle) -> str:
    return call.say(
        "sigles.ligne",
        sigle=sigle.sigle,
        developpe=sigle.developpe,
        explication=sigle.explication,
        source=sigle.source_url,
    )
