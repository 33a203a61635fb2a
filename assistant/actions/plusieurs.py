"""Several requests in one message: its action answers the main one, the others are answered here.

Each other question is quoted in the élu's own words and gets a few resources of its own; what no
search answers gets the button that leads to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import shorten
from typing import Any

from assistant.actions import messages
from assistant.actions.base import Call
from assistant.actions.chercher import PREFERRED_TYPES, find_resources
from assistant.turn import Message, Part
from assistant.wire import quotable
from nlu.understanding import IntentSpan, Understanding

_HUMAN = "parler_conseiller"
_ACCOMPANIMENT = "demander_accompagnement"
_OFF_TOPIC = "hors_sujet"
_LEGAL = "question_juridique"
_SEARCHED = frozenset(PREFERRED_TYPES) - {_ACCOMPANIMENT}
# What a button leads to, by the intent that it bears.
_LED_TO = frozenset(
    {
        _HUMAN,
        _ACCOMPANIMENT,
        "suivre_demande",
        "reclamation",
        "proposer_ressource",
        "donnees_personnelles",
    }
)
_MOST_ANSWERED = 2
_RESOURCES = 2
_LONGEST_QUOTE = 160
_FOUND_FOR_MAIN = frozenset({"resources", "orientation"})


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said and shown for the other requests."""

    messages: tuple[Message, ...] = ()
    resources: tuple[dict[str, Any], ...] = ()
    buttons: tuple[str, ...] = ()


def answer_others(call: Call, part: Part, *, before: bool = False) -> Part:
    """Return the part with an answer to the other requests of this message, if it holds any.

    They come after what was found for the main one; `before` it, when it ends on a form.
    """
    others = other_requests(call.understanding) if call.payload is None else ()
    if not others:
        return part
    shown = tuple(resource["id"] for resource in part.resources)
    answer = _join(_searched(call, others, shown=shown), _led(call, others))
    return _with(part, answer, call, at=0 if before else _place(part))


def other_requests(understanding: Understanding) -> tuple[IntentSpan, ...]:
    """Return the requests of the message but its main one."""
    spans = understanding.intents
    main = next((s for s in spans if s.intent == understanding.intent), spans[0] if spans else None)
    return tuple(span for span in spans if span is not main)


def _searched(call: Call, others: Sequence[IntentSpan], *, shown: tuple[str, ...]) -> _Answer:
    """Search for each question in turn; what one shows, the next one leaves out."""
    questions = [span for span in others if span.intent in _SEARCHED]
    said: list[Message] = []
    resources: list[dict[str, Any]] = []
    for span in questions[:_MOST_ANSWERED]:
        found = find_resources(
            call.remember(intention=span.intent),
            text=_with_topic(call, span),
            exclude=(*shown, *(resource["id"] for resource in resources)),
            limit=_RESOURCES,
        )
        hits = found.hits if found.outcome != "nothing_found" else ()
        said.append(_about(call, span, "plusieurs.aussi", nombre=len(hits)))
        if hits:
            said.append(found.message)
            resources += found.references
        if hits and span.intent == _LEGAL and call.understanding.intent != _LEGAL:
            said.append(messages.text(call.say("repondre.a_verifier_juridique")))
    if len(questions) > _MOST_ANSWERED:
        said.append(messages.text(call.say("plusieurs.reste")))
    return _Answer(tuple(said), tuple(resources))


def _with_topic(call: Call, span: IntentSpan) -> str:
    """« existe-t-il des aides pour le financer »: the first question tells what « le » is."""
    text = call.text
    earlier = [each for each in call.understanding.intents if each.start < span.start]
    topic = next((each for each in earlier if each.intent in _SEARCHED), None)
    asked = text[span.start : span.end]
    return f"{text[topic.start : topic.end]} {asked}" if topic else asked


def _led(call: Call, others: Sequence[IntentSpan]) -> _Answer:
    """Name the button that each remaining request calls for; say what is out of our field."""
    said: list[Message] = []
    for span in others:
        if span.intent == _OFF_TOPIC:
            said.append(_about(call, span, "plusieurs.hors_sujet"))
        elif span.intent in _LED_TO:
            said.append(
                _about(call, span, "plusieurs.bouton", bouton=call.label("boutons", span.intent))
            )
    led = (span.intent for span in others if span.intent in _LED_TO)
    return _Answer(tuple(said), buttons=tuple(dict.fromkeys(led)))


def _about(call: Call, span: IntentSpan, key: str, **facts: Any) -> Message:
    quoted = quotable(call.understanding, span)
    extrait = shorten(quoted, _LONGEST_QUOTE, placeholder="…") if quoted else None
    return messages.text(call.say(key, extrait=extrait, **facts))


def _join(searched: _Answer, led: _Answer) -> _Answer:
    return _Answer((*searched.messages, *led.messages), searched.resources, led.buttons)


def _place(part: Part) -> int:
    """After what was found for the main request; never between a question and its choices."""
    kinds = [message["type"] for message in part.messages]
    found = [at for at, kind in enumerate(kinds) if kind in _FOUND_FOR_MAIN]
    if found:
        return found[-1] + 1
    if part.asks_for is not None:
        return 0
    return kinds.index("choices") if "choices" in kinds else len(kinds)


def _with(part: Part, answer: _Answer, call: Call, *, at: int) -> Part:
    ids = (resource["id"] for resource in answer.resources)
    seen = tuple(dict.fromkeys((*part.memory.ressources_vues, *ids)))
    said = [*part.messages[:at], *answer.messages, *part.messages[at:]]
    found = part.outcome == "nothing_found" and bool(answer.resources)
    return replace(
        part,
        outcome="partial" if found else part.outcome,
        memory=replace(part.memory, ressources_vues=seen),
        messages=_with_buttons(said, answer.buttons, call) if answer.buttons else tuple(said),
        resources=(*part.resources, *answer.resources),
        human_offered=True,
    )


def _with_buttons(said: list[Message], names: Sequence[str], call: Call) -> tuple[Message, ...]:
    """Add the buttons that are not there yet to the row of choices, the human staying last."""
    row = next((message for message in reversed(said) if message["type"] == "choices"), None)
    if row is None:
        return (*said, messages.help_choices(call, *(name for name in names if name != _HUMAN)))
    offered = row["choices"]
    known = {choice["payload"] for choice in offered}
    buttons = [messages.button(call, name) for name in names]
    added = [button for button in buttons if button["payload"] not in known]
    full = messages.choices([*offered[:-1], *added, *offered[-1:]])
    return tuple(full if message is row else message for message in said)
