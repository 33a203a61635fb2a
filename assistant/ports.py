"""What the assistant needs from the outside, said as protocols that api/ implements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from assistant.business_days import Promise
from assistant.memory import Memory


class Clock(Protocol):
    """Tells the time: tests set it."""

    def now(self) -> datetime:
        """Return the current time, with its zone."""


@dataclass(frozen=True, slots=True)
class Demande:
    """A request to a human, before it is sent: everything in it may be edited by the élu."""

    besoin: str | None = None
    categorie: str = "conseil"
    territoire: dict[str, Any] | None = None
    population: int | None = None
    role: str | None = None
    themes: tuple[str, ...] = ()
    nom: str | None = None
    courriel: str | None = None
    telephone: str | None = None
    route: str | None = None
    ressources_vues: tuple[dict[str, str], ...] = ()
    intention: str | None = None
    confiance: float | None = None

    @property
    def joignable(self) -> bool:
        """True when an advisor can answer: an e-mail address or a telephone number."""
        return bool(self.courriel or self.telephone)


@dataclass(frozen=True, slots=True)
class TicketReceipt:
    """What the élu keeps of a request: its reference, its status, when the answer is due."""

    reference: str
    status: str
    promise: Promise


class TicketGateway(Protocol):
    """The desk where requests to a human are prepared, sent and followed."""

    async def draft(self, conversation_id: str) -> Demande | None:
        """Return the request being prepared in this conversation, if any."""

    async def save_draft(self, conversation_id: str, demande: Demande) -> Demande:
        """Keep the request being prepared."""

    async def discard_draft(self, conversation_id: str) -> None:
        """Forget the request being prepared."""

    async def send(self, conversation_id: str) -> TicketReceipt:
        """Turn the draft into a ticket, once: a second call returns the same receipt.

        Raises DemandeIncomplete when the need or the contact is missing.
        """

    async def latest(self, conversation_id: str) -> TicketReceipt | None:
        """Return the last request sent in this conversation."""

    async def find(self, reference: str) -> TicketReceipt | None:
        """Return the request that bears this reference."""


class DemandeIncomplete(Exception):
    """The request cannot be sent yet; `missing` names the fields to complete."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class DialogueUnavailable(Exception):
    """The dialogue engine did not answer, or answered nothing usable; `reason` holds no text.

    `lost`: it could not be reached or died on the way, so that another one may take the message.
    """

    def __init__(self, reason: str, *, lost: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lost = lost


@dataclass(frozen=True, slots=True)
class Exchange:
    """One message on its way to the dialogue engine."""

    conversation_id: str
    message_id: str
    text: str
    intent: str
    confidence: float
    entities: tuple[dict[str, Any], ...]
    metadata: dict[str, Any]
    memory: Memory
