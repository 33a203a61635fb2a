"""What every action receives and gives: a Call in, a Part out; no dialogue engine in sight."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.business_days import Promise, promise_to
from assistant.memory import Memory
from assistant.payloads import Payload
from assistant.ports import Clock, TicketGateway
from assistant.replies import Replies
from assistant.sources import Knowledge
from nlu.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an action may use; built once by `assistant.bootstrap`."""

    knowledge: Knowledge
    tickets: TicketGateway
    replies: Replies
    clock: Clock


@dataclass(frozen=True, slots=True)
class Call:
    """One action to run for one message.

    `requested_slot` is the question that a form is waiting on; `slots` are the form's own values,
    which are not part of the lasting memory. `expects` is what the previous turn asked for.
    """

    conversation_id: str
    understanding: Understanding
    memory: Memory
    services: Services
    payload: Payload | None = None
    requested_slot: str | None = None
    slots: Mapping[str, Any] | None = None
    expects: str | None = None

    @property
    def confirmed(self) -> bool:
        """Tell whether this message answers the question « confirmez-vous l'effacement ? »."""
        return self.expects == "effacement"

    @property
    def text(self) -> str:
        """The élu's own words."""
        return self.understanding.text

    def say(self, key: str, **facts: Any) -> str:
        """Render a reply."""
        return self.services.replies.render(key, **facts)

    def label(self, table: str, code: str) -> str:
        """Return the French label of a code; the code itself when the table lacks it."""
        return self.services.replies.table(table).get(code, code)

    def remember(self, **changes: Any) -> "Call":
        """Return the same call with a changed memory."""
        return replace(self, memory=replace(self.memory, **changes))

    def promise(self, territoire: Mapping[str, Any] | None = None) -> Promise:
        """Return what is promised if the request left now, to the élu of this territory.

        Without one, the territory is the one that the conversation retained.
        """
        retained = self.memory.territoire
        known = territoire or (asdict(retained) if retained else None)
        return promise_to(known, self.services.clock.now())


@dataclass(frozen=True, slots=True)
class FormStep:
    """What a form validation decides: slots to set, what to say, which question comes next.

    `next_slot` None ends the form; `rejected` lets the rules answer an interruption.
    """

    slots: Mapping[str, Any]
    next_slot: str | None = None
    rejected: bool = False
    keep_question: bool = False
    memory: Memory | None = None
    messages: tuple[dict[str, Any], ...] = ()


def interruption() -> FormStep:
    """The message does not answer the form's question: the rules answer it, then the form."""
    return FormStep(slots={}, rejected=True)
