"""A Turn: what the assistant answers to one message (contract v1), and how parts of it add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from assistant.memory import Memory

Outcome = Literal[
    "answered",
    "partial",
    "clarified",
    "nothing_found",
    "out_of_scope",
    "handed_over",
    "social",
    "refused",
    "degraded",
]
Message = dict[str, Any]

# When one turn is made of several parts (an answer, then the question that it interrupted), the
# outcome told is that of the part that says most about what the élu obtained.
_STRENGTH: tuple[Outcome, ...] = (
    "clarified",
    "social",
    "partial",
    "nothing_found",
    "out_of_scope",
    "answered",
    "degraded",
    "refused",
    "handed_over",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One action's share of a turn. `memory` is the memory after it.

    `form_slots` are values that the action hands to a form; they stay within the engine. `erased`
    asks for the conversation to be erased once this answer is given.
    """

    outcome: Outcome
    memory: Memory
    messages: tuple[Message, ...] = ()
    resources: tuple[dict[str, Any], ...] = ()
    orientation: dict[str, Any] | None = None
    asks_for: str | None = None
    human_offered: bool = False
    erased: bool = False
    form_slots: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the form that travels through Rasa and back."""
        return {
            "outcome": self.outcome,
            "memoire": self.memory.to_slots(),
            "messages": list(self.messages),
            "resources": list(self.resources),
            "orientation": self.orientation,
            "asks_for": self.asks_for,
            "human_offered": self.human_offered,
            "erased": self.erased,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Part":
        """Read `to_json` back."""
        return cls(
            outcome=data["outcome"],
            memory=Memory.from_slots(data["memoire"]),
            messages=tuple(data["messages"]),
            resources=tuple(data["resources"]),
            orientation=data["orientation"],
            asks_for=data["asks_for"],
            human_offered=data["human_offered"],
            erased=data["erased"],
        )


def remember_shown(part: Part) -> Part:
    """Return the part with the list that it shows kept in its memory, in order."""
    if not part.resources:
        return part
    shown = tuple(each["id"] for each in part.resources)
    return replace(part, memory=replace(part.memory, montrees=shown))


@dataclass(frozen=True, slots=True)
class TurnResult:
    """A whole turn before it is stored: its public JSON, and the memory to keep."""

    body: dict[str, Any]
    memory: Memory
    active_form: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


def merge(parts: Sequence[Part]) -> Part:
    """Add up the parts of one turn, in order.

    Raises ValueError when there is none: a mute engine is an error, never an empty answer.
    """
    if not parts:
        raise ValueError("a turn needs at least one part")
    last = parts[-1]
    return replace(
        last,
        outcome=max((part.outcome for part in parts), key=_STRENGTH.index),
        messages=_keep_last([m for part in parts for m in part.messages]),
        resources=tuple(item for part in parts for item in part.resources),
        orientation=next((p.orientation for p in reversed(parts) if p.orientation), None),
        human_offered=any(part.human_offered for part in parts),
        erased=any(part.erased for part in parts),
    )


def _keep_last(messages: list[Message]) -> tuple[Message, ...]:
    """Only one row of buttons and one recapitulation: the last, which now wait for an answer."""
    earlier = {
        index
        for kind in ("choices", "recapitulatif")
        for index in [i for i, message in enumerate(messages) if message["type"] == kind][:-1]
    }
    return tuple(message for index, message in enumerate(messages) if index not in earlier)
