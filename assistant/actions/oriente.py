"""Decide the orientation from what is remembered; the rules belong to the agents of the ANCT."""

from dataclasses import asdict
from typing import Any

from assistant.actions.base import Call
from assistant.memory import Memory
from assistant.sources import Knowledge
from knowledge.orientation.decide import Decision, decide
from knowledge.orientation.situation import Situation
from knowledge.resources.resource import french_today
from knowledge.territoires.territoire import Territoire


def situation_of(call: Call, *, intent: str | None = None) -> Situation:
    """Return what the rules need to know of the need being dealt with."""
    asked = intent or call.understanding.intent
    return build_situation(call.memory, call.services.knowledge, intent=asked)


def build_situation(memory: Memory, knowledge: Knowledge, *, intent: str) -> Situation:
    """Return what the rules need to know, from what is remembered and from the base."""
    territoire = knowledge.territoire(memory.territoire)
    return Situation(
        intent=intent,
        signaux=memory.signaux,
        themes=memory.themes,
        role=memory.role,
        population=memory.population or (territoire.population if territoire else None),
        nombre_collectivites=memory.nombre_collectivites,
        duree=memory.duree,
        territoire_type=territoire.type if territoire else None,
        territoire_code=territoire.code if territoire else None,
        departement=territoire.departement if territoire else None,
        epci=territoire.epci if territoire else None,
        region=territoire.region if territoire else None,
        deja_accompagne=_offers_used(territoire, knowledge),
        jour=french_today(),
    )


def _offers_used(territoire: Territoire | None, knowledge: Knowledge) -> frozenset[str] | None:
    if territoire is None:
        return None
    return frozenset(each.dispositif for each in knowledge.accompagnes.of(territoire))


def decide_for(call: Call, *, intent: str | None = None) -> Decision:
    """Apply the rules to the situation."""
    return decide(situation_of(call, intent=intent), call.services.knowledge.regles)


def orientation_of(call: Call, *, intent: str | None = None) -> dict[str, Any]:
    """Return the `orientation` object of the contract."""
    return orientation_json(decide_for(call, intent=intent))


def orientation_json(decision: Decision) -> dict[str, Any]:
    """Return a decision as JSON: route, rule, reasons, alternatives, next step."""
    return {
        "route": decision.route,
        "rule_id": decision.rule_id,
        "title": decision.title,
        "reasons": [asdict(reason) for reason in decision.reasons],
        "alternatives": [asdict(each) for each in decision.alternatives],
        "next_step": decision.next_step,
    }
