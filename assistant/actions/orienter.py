"""Lead to the démarche that fits: ask only what changes the orientation, always skippable."""

from dataclasses import replace
from typing import Any

from assistant.actions import messages
from assistant.actions.accompagnes import accompanied
from assistant.actions.base import Call, FormStep, interruption
from assistant.actions.chercher import Found, find_resources
from assistant.actions.oriente import decide_for, orientation_json
from assistant.actions.territoire import ask_territoire
from assistant.memory import Memory
from assistant.turn import Part

FORM = "orientation_form"
_INTENT = "demander_accompagnement"
_MEANWHILE = 3
# `theme` and `themes`: the rules speak of what is missing, the memory of what is kept.
_SLOT_OF = {
    "territoire": "territoire",
    "nombre_collectivites": "nombre_collectivites",
    "duree": "duree",
    "theme": "themes",
}
_MISSING_OF = {slot: missing for missing, slot in _SLOT_OF.items()}
_ANSWERS = frozenset(
    {
        "demander_accompagnement",
        "donner_information",
        "preciser_territoire",
        "affirmer",
        "infirmer",
        "passer",
        "nlu_fallback",
        "proposer_ressource",
        "envoyer_demande",
        "modifier_demande",
        "annuler_demande",
        "preciser",
    }
)
_TOGETHER = "plusieurs_collectivites"
_DECLINES = frozenset({"infirmer", "passer", "nlu_fallback", "annuler_demande"})


async def validate(call: Call, *, intent: str) -> FormStep:
    """Take the answer, decide which question comes next, if any."""
    if intent not in _ANSWERS:
        return interruption()
    memory = call.memory
    if intent == _INTENT and not memory.besoin:
        memory = replace(memory, besoin=call.text, intention=_INTENT)
    asked = call.requested_slot
    if asked and _still_unknown(memory, asked) and not call.understanding.ambiguites:
        memory = _pass(memory, asked) if intent in _DECLINES else memory
        memory = _pass_when_asked_twice(memory, asked)
    return FormStep(slots={}, next_slot=next_question(replace(call, memory=memory)), memory=memory)


def next_question(call: Call) -> str | None:
    """Return the slot to ask next: the most settling one that was neither given nor declined."""
    if call.understanding.ambiguites and call.memory.territoire is None:
        return "territoire"
    for missing in decide_for(call, intent=_INTENT).missing:
        slot = _SLOT_OF[missing]
        if slot not in call.memory.passes and _is_worth_asking(call.memory, slot):
            return slot
    return None


def _is_worth_asking(memory: Memory, slot: str) -> bool:
    """How many they are is asked only of those who speak of others; it is told to the rest."""
    if slot == "nombre_collectivites" and _TOGETHER not in memory.signaux:
        return False
    return _still_unknown(memory, slot)


def _still_unknown(memory: Memory, slot: str) -> bool:
    return not getattr(memory, slot)


def _pass(memory: Memory, slot: str) -> Memory:
    return replace(memory, passes=tuple(dict.fromkeys((*memory.passes, slot))))


def _pass_when_asked_twice(memory: Memory, slot: str) -> Memory:
    """A question is asked twice at most: the third time it is taken as declined."""
    marker = f"{slot}?"
    if marker in memory.passes:
        return _pass(memory, slot)
    return _pass(memory, marker)


async def ask(call: Call) -> Part:
    """Ask one question, with buttons and the right to pass."""
    slot = call.requested_slot or "territoire"
    question = ask_territoire(call) if slot == "territoire" else None
    if question is not None:
        return Part(
            outcome="clarified",
            memory=replace(call.memory, territoires_a_preciser=question.candidats),
            messages=question.messages,
            asks_for="territoire",
            human_offered=True,
        )
    shown = _meanwhile(call)
    options = call.services.replies.table(f"orienter.choix_{slot}")
    buttons = [
        messages.button(call, "preciser", label=label, **_option(slot, value))
        for value, label in options.items()
    ]
    row = [*buttons, messages.button(call, "passer"), messages.button(call, "parler_conseiller")]
    said = [messages.text(call.say("orienter.en_attendant")), shown.message] if shown else []
    seen = (*call.memory.ressources_vues, *(shown.ids if shown else ()))
    return Part(
        outcome="clarified",
        memory=replace(call.memory, ressources_vues=tuple(dict.fromkeys(seen))),
        messages=(
            *said,
            messages.text(call.say(f"orienter.demande_{slot}")),
            messages.choices(row),
        ),
        resources=shown.references if shown else (),
        asks_for=_MISSING_OF[slot],
        human_offered=True,
    )


def _meanwhile(call: Call) -> Found | None:
    """What helps at once, before the first question: nobody answers for nothing."""
    if call.memory.ressources_vues or not call.memory.besoin:
        return None
    found = find_resources(call.remember(intention="demander_methode"), limit=_MEANWHILE)
    return found if found.outcome == "answered" else None


def _option(slot: str, value: str) -> dict[str, Any]:
    if slot == "nombre_collectivites":
        return {slot: int(value)}
    return {slot: [value] if slot == "themes" else value}


async def conclude(call: Call) -> Part:
    """Give the orientation, its reasons, what was set aside, and the resources that go with it."""
    decision = decide_for(call, intent=_INTENT)
    orientation = orientation_json(decision)
    call = call.remember(
        intention=_INTENT,
        besoin=call.memory.besoin or call.text,
        route=decision.route,
        echecs=0,
        proposition="conseiller",
    )
    found = find_resources(call, limit=3)
    seen = tuple(dict.fromkeys((*call.memory.ressources_vues, *found.ids)))
    said = [
        messages.text(call.say("orienter.conclusion", titre=decision.title)),
        {"type": "orientation", **orientation},
    ]
    if found.hits:
        said.append(found.message)
    said += accompanied(call)
    said.append(messages.text(call.say("orienter.suite", delai=call.promise().words)))
    said.append(messages.help_choices(call, "plus_de_resultats"))
    return Part(
        outcome="answered",
        memory=replace(call.memory, ressources_vues=seen),
        messages=tuple(said),
        resources=found.references,
        orientation=orientation,
        human_offered=True,
    )
