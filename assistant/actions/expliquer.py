"""Explain a démarche, a programme, an acronym: from the base, word for word."""

from dataclasses import replace

from assistant.actions.base import Call
from assistant.actions.repondre import answer_need
from assistant.turn import Part


async def explain(call: Call) -> Part:
    """Search the démarches and programmes first; the acronym's meaning comes from the base too."""
    call = call.remember(besoin=call.text, intention="comprendre_demarche")
    part = await answer_need(call)
    return replace(part, memory=replace(part.memory, intention="comprendre_demarche"))
