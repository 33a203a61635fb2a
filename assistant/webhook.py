"""Rasa's action protocol, one POST: the tracker comes in, events and messages go out.

The answer is always 200 (or 400, which Rasa reads as "this form gives way to the rules"): any
other status makes Rasa answer nothing at all, silently (docs/decisions/0001).
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assistant.actions.base import Call, FormStep, Services
from assistant.actions.registry import ACTIONS, NEXT_QUESTION, VALIDATORS
from assistant.memory import Memory
from assistant.payloads import Payload
from assistant.turn import Part, remember_shown
from assistant.wire import unpack

logger = logging.getLogger(__name__)
_MEMORY_SLOTS = frozenset(Memory().to_slots())

_FORM_SLOTS = ("besoin_demande", "contact", "confirmation")


class ActionRejected(Exception):
    """A form gives way: the rules answer the interruption."""


async def run_action(body: dict[str, Any], services: Services) -> dict[str, Any]:
    """Run the action that Rasa asks for; return `{"events": [...], "responses": [...]}`.

    Raises ActionRejected when a form must give way to the rules.
    """
    name = body["next_action"]
    call = read_call(body, services)
    try:
        answer = await (_validate(name, call, body) if name in VALIDATORS else _act(name, call))
        return _only_changes(answer, body["tracker"]["slots"])
    except ActionRejected:
        raise
    except Exception as error:  # a 5xx would make the assistant mute
        logger.error(  # noqa: TRY400 - a traceback could quote the élu
            "action failed",
            extra={"action": name, "error": type(error).__name__, "id": call.conversation_id},
        )
        return _failure(name, call, error)


def read_call(body: dict[str, Any], services: Services) -> Call:
    """Read Rasa's tracker. A Rasa that missed turns (dead, or its base lost) catches up here."""
    tracker = body["tracker"]
    message = tracker["latest_message"]
    metadata = message["metadata"]
    slots = tracker["slots"]
    # Our copy travels with the message, enriched with it; once an action of this turn has written
    # the slots, they hold it.
    written = slots.get("tour") == metadata["tour"]
    memory = Memory.from_slots(slots if written else metadata["memoire"])
    payload = metadata.get("bouton")
    return Call(
        conversation_id=tracker["sender_id"],
        understanding=unpack(message.get("text") or "", metadata["comprehension"]),
        memory=replace(memory, tour=metadata["tour"]),
        services=services,
        payload=Payload(**payload) if payload else None,
        requested_slot=slots.get("requested_slot"),
        slots={name: slots.get(name) for name in _FORM_SLOTS},
        expects=metadata.get("formulaire"),
    )


async def _act(name: str, call: Call) -> dict[str, Any]:
    events: list[dict[str, Any]] = []
    if name in NEXT_QUESTION:
        slot = NEXT_QUESTION[name](call)
        events = [_slot("requested_slot", slot)]
        if slot is None:
            return {"events": [*_memory_events(call.memory), *events], "responses": []}
        call = replace(call, requested_slot=slot)
    part = remember_shown(await ACTIONS[name](call))
    return {
        "events": [*_memory_events(part.memory), *events, *_slots(part.form_slots)],
        "responses": [{"custom": {"part": part.to_json()}}],
    }


async def _validate(name: str, call: Call, body: dict[str, Any]) -> dict[str, Any]:
    intent = body["tracker"]["latest_message"]["intent"]["name"]
    active = (body["tracker"].get("active_loop") or {}).get("name")
    form = name.removeprefix("validate_")
    if active != form:
        call = replace(call, requested_slot=None)
    resumed = call.requested_slot is not None
    if resumed and _interruption_answered(body["tracker"]["events"], form):
        return {"events": [_slot("requested_slot", call.requested_slot)], "responses": []}
    step = await VALIDATORS[name](call, intent=intent)
    if step.rejected:
        raise ActionRejected(name)
    return _form_events(call, step)


def _interruption_answered(events: list[dict[str, Any]], form: str) -> bool:
    """Rasa validates again when the form comes back after an interruption: nothing to take then."""
    for event in reversed(events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] not in (form, "action_listen"):
            return True
    return False


def _form_events(call: Call, step: FormStep) -> dict[str, Any]:
    memory = step.memory or call.memory
    events = [
        *_memory_events(memory),
        *_slots(step.slots),
        _slot("requested_slot", step.next_slot),
    ]
    responses: list[dict[str, Any]] = []
    if step.messages:
        part = Part(outcome="clarified", memory=memory, messages=step.messages)
        responses = [{"custom": {"part": part.to_json()}}]
    return {"events": events, "responses": responses}


def _memory_events(memory: Memory) -> list[dict[str, Any]]:
    return [_slot(name, value) for name, value in memory.to_slots().items()]


def _only_changes(answer: dict[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the memory that Rasa already holds: it checks, stores and replays every event.

    The slots of a form stay: Rasa reads in them what to ask next.
    """
    events = [
        event
        for event in answer["events"]
        if event["name"] not in _MEMORY_SLOTS or held.get(event["name"]) != event["value"]
    ]
    return {**answer, "events": events}


def _slots(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_slot(name, value) for name, value in values.items()]


def _slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


def _failure(name: str, call: Call, error: Exception) -> dict[str, Any]:
    """An action that failed says so to our own dialogue client, which degrades the turn."""
    events: list[dict[str, Any]] = []
    if name in VALIDATORS:  # never let a failed check run the submit action with empty slots
        events = [_slot("requested_slot", call.requested_slot or _FIRST_SLOT[name])]
    return {"events": events, "responses": [{"custom": {"echec": type(error).__name__}}]}


_FIRST_SLOT = {"validate_orientation_form": "territoire", "validate_demande_form": "contact"}
