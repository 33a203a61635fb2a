"""What the API receives and returns, as types over its own JSON.

The service may add fields at any time: they are there too, only untyped. Dates are ISO 8601.
"""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypedDict, TypeVar

Status = Literal["nouveau", "en_cours", "en_attente_elu", "resolu", "clos"]
Priority = Literal["basse", "normale", "haute", "urgente"]
Route = Literal[
    "ressources",
    "projet_partage",
    "territoires_engagement",
    "ateliers",
    "partenaire",
    "conseiller",
    "hors_champ",
    "aucune",
]
Visibility = Literal["public", "internal"]
EventType = Literal["ticket.created", "ticket.updated", "ticket.message"]


class Contact(TypedDict):
    """How to reach the élu."""

    nom: str | None
    courriel: str | None
    telephone: str | None


class Ticket(TypedDict):
    """A ticket as the queue shows it."""

    reference: str
    status: Status
    priority: Priority
    assignee: str | None
    team: str | None
    categorie: str
    besoin: str
    territoire: dict[str, Any] | None
    departement: str | None
    population: int | None
    role: str | None
    themes: list[str]
    theme: str | None
    contact: Contact
    intent: str | None
    confidence: float | None
    route: Route | None
    demarche_suggeree: str | None
    resources_shown: list[dict[str, Any]]
    conversation_id: str | None
    merged_into: str | None
    origin: str
    created_at: str
    updated_at: str
    expected_reply_by: str
    expected_reply_text: str
    timezone: str
    first_reply_due_at: str
    resolution_due_at: str
    first_reply_at: str | None
    waiting_since: str | None
    waiting_working_days: int | None
    overdue: bool
    version: int


class Attachment(TypedDict):
    """A joined file; `size` in bytes."""

    id: str
    name: str
    type: str
    size: int


class Message(TypedDict):
    """What an advisor wrote, or what the élu answered by mail (`channel`)."""

    id: str
    author: str
    visibility: Visibility
    channel: str | None
    body: str
    created_at: str
    attachments: list[Attachment]


class Event(TypedDict):
    """A line of the history; `changes`: each name with its old and its new value."""

    id: int
    kind: str
    actor: str
    changes: dict[str, Any]
    created_at: str


class TicketDetail(Ticket):
    """A ticket with its messages, its history and what is tied to it."""

    messages: list[Message]
    events: list[Event]
    satisfaction: dict[str, Any] | None
    merged: list[str]
    linked: list[str]
    mails: list[dict[str, Any]]


class Transcript(TypedDict):
    """What was said before the request was sent (`transcript`), and since (`since`)."""

    reference: str
    transcript: list[dict[str, Any]]
    since: list[dict[str, Any]]


class NewTicket(TypedDict, total=False):
    """A ticket to create: `besoin`, and an e-mail address or a telephone number, are expected."""

    besoin: str
    nom: str | None
    courriel: str | None
    telephone: str | None
    territoire_type: str | None
    territoire_code: str | None
    population: int | None
    role: str | None
    themes: list[str]
    route: Route | None


class TicketChanges(TypedDict, total=False):
    """What to change; `reason` is expected with `team`."""

    status: Status
    assignee: str | None
    priority: Priority
    theme: str
    themes: list[str]
    route: Route | None
    team: str | None
    reason: str


class Criteria(TypedDict, total=False):
    """Criteria of the list; `q` searches words, a reference, a territory or a contact."""

    status: Status
    theme: str
    route: Route
    departement: str
    assignee: str
    q: str
    overdue: bool
    team: str


class WebhookEvent(TypedDict):
    """What the service tells; `id` stays the same when the event is told again."""

    id: str
    type: EventType
    created_at: str
    data: dict[str, Any]


T = TypeVar("T", bound=Ticket)


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T]):
    """A ticket and the version that was read (`etag`), to give back when changing it."""

    ticket: T
    etag: str

    @property
    def reference(self) -> str:
        """Reference of the ticket."""
        return self.ticket["reference"]
