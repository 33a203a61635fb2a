"""What the endpoints return, told to the readers of the OpenAPI; nothing is checked at run time.

The tests check it: real answers, and every example, hold to these models. Meanings are in
`openapi.yml`, by name of field.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.tickets.schemas import Priority, Route, Status

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


class _Read(BaseModel):
    model_config = ConfigDict(extra="allow")


class Place(_Read):
    """Un territoire : code INSEE (commune, département, région) ou SIREN (intercommunalité)."""

    type: str
    code: str
    nom: str


class Message(_Read):
    """Une partie de la réponse ; « type » dit laquelle, et quels champs l'accompagnent."""

    type: Literal["text", "resources", "orientation", "choices", "recapitulatif", "ticket"]


class ConversationCreated(_Read):
    """Conversation ouverte ; le jeton n'est donné qu'ici."""

    id: str
    token: str
    messages: list[Message]


class Ambiguity(_Read):
    """Un nom que plusieurs territoires portent : l'assistant demande lequel."""

    mention: str
    candidats: list[Place]


class Understanding(_Read):
    """Ce qui a été compris du message, et de lui seul."""

    intent: str | None
    confidence: float
    alternatives: list[dict[str, Any]]
    territoires: list[Place]
    ambiguites: list[Ambiguity]
    population: int | None
    role: str | None
    themes: list[str]
    donnees_personnelles: list[str]
    contredit: bool = False


class Shown(_Read):
    """Une ressource montrée."""

    id: str
    type: str
    title: str
    url: str
    score: float


class Reason(_Read):
    """Un critère, son état et sa source."""

    critere: str
    statut: Literal["rempli", "non_rempli", "inconnu"]
    source: str | None


class Alternative(_Read):
    """Une autre orientation, et pourquoi elle n'est pas proposée."""

    route: Route
    why_not: str


class Orientation(_Read):
    """L'orientation proposée et la règle qui y mène."""

    route: Route
    rule_id: str | None
    reasons: list[Reason]
    alternatives: list[Alternative]


class Dialogue(_Read):
    """Où en est la conversation."""

    territoire_code: str | None
    asks_for: str | None


class TicketState(_Read):
    """La demande envoyée dans cette conversation."""

    reference: str
    status: Status


class Turn(_Read):
    """Réponse de l'assistant à un message."""

    id: str
    outcome: Outcome
    messages: list[Message]
    understanding: Understanding
    resources: list[Shown]
    orientation: Orientation | None
    dialogue: Dialogue
    human_offered: bool
    ticket: TicketState | None


class Item(_Read):
    """Un message de l'historique."""

    seq: int
    id: str
    author: Literal["elu", "assistant", "conseiller", "systeme"]
    created_at: str
    text: str | None
    payload: str | None
    turn: dict[str, Any] | None


class History(_Read):
    """Toute la conversation."""

    id: str
    messages: list[Item]
    dialogue: Dialogue
    ticket: TicketState | None
    last_seq: int


class News(_Read):
    """Ce qui est arrivé depuis."""

    messages: list[Item]
    last_seq: int


class Recorded(_Read):
    """L'avis est enregistré."""

    enregistre: bool


class Contact(_Read):
    """Comment répondre à la personne."""

    nom: str | None
    courriel: str | None
    telephone: str | None


class Ticket(_Read):
    """Une demande à un conseiller."""

    reference: str
    status: Status
    priority: Priority
    assignee: str | None
    team: str | None
    besoin: str
    territoire: Place | None
    departement: str | None
    population: int | None
    role: str | None
    themes: list[str]
    theme: str | None
    contact: Contact
    route: Route | None
    conversation_id: str | None
    merged_into: str | None = None
    created_at: str
    updated_at: str
    expected_reply_by: str
    expected_reply_text: str
    timezone: str
    waiting_working_days: int | None
    overdue: bool
    version: int


class TicketMessage(_Read):
    """Un message de conseiller."""

    id: str
    author: str
    visibility: Literal["public", "internal"]
    body: str
    created_at: str


class TicketEvent(_Read):
    """Un changement : qui, quand, de quoi à quoi."""

    id: int
    kind: str
    actor: str
    changes: dict[str, Any]
    created_at: str


class WholeTicket(Ticket):
    """Une demande, ses messages et son histoire."""

    messages: list[TicketMessage]
    events: list[TicketEvent]
    merged: list[str] = []
    linked: list[str] = []


class TicketPage(_Read):
    """Une page de la liste des demandes."""

    items: list[Ticket]
    next_cursor: str | None


class TicketEvents(_Read):
    """L'histoire d'une demande."""

    reference: str
    items: list[TicketEvent]


class Transcript(_Read):
    """Ce qui a été dit avant l'envoi, et depuis."""

    reference: str
    transcript: list[dict[str, Any]]
    since: list[dict[str, Any]]


class Resource(_Read):
    """Une ressource publiée, avec sa source datée ; « france » : partout."""

    id: str
    type: str
    title: str
    summary: str
    url: str | None
    themes: list[str]
    territoires: list[Place | Literal["france"]]


class ResourcePage(_Read):
    """Une page de résultats ; chacun dit son score et pourquoi il est là."""

    items: list[Resource]
    total: int
    next_cursor: str | None


class TerritoirePage(_Read):
    """Des territoires, les plus peuplés d'abord."""

    items: list[Place]


class Ready(_Read):
    """Ce qui répond, partie par partie."""

    pret: bool
    parties: dict[str, dict[str, Any]]


class FieldProblem(BaseModel):
    """Un champ à corriger, et pourquoi."""

    champ: str
    message: str


class Problem(_Read):
    """Un refus (RFC 9457) : ce qui ne va pas et quoi faire, en français."""

    type: str
    title: str
    status: int
    detail: str
    champs: list[str] | None = None
    problemes: list[FieldProblem] | None = None


# What each operation returns when all is well: the status, and its model.
READY = "GET /readyz"
_CONVERSATION = "/api/v1/conversations/{conversation_id}"
_TICKET = "/api/v1/tickets/{reference}"
RETURNED: dict[str, type[BaseModel]] = {
    "POST /api/v1/conversations": ConversationCreated,
    f"GET {_CONVERSATION}": History,
    f"GET {_CONVERSATION}/export": History,
    f"POST {_CONVERSATION}/messages": Turn,
    f"GET {_CONVERSATION}/messages": News,
    f"POST {_CONVERSATION}/handover": Turn,
    f"POST {_CONVERSATION}/messages/{{message_id}}/feedback": Recorded,
    "POST /api/v1/tickets": Ticket,
    "GET /api/v1/tickets": TicketPage,
    f"GET {_TICKET}": WholeTicket,
    f"PATCH {_TICKET}": Ticket,
    f"POST {_TICKET}/claim": Ticket,
    f"GET {_TICKET}/events": TicketEvents,
    f"POST {_TICKET}/merge": Ticket,
    f"POST {_TICKET}/unmerge": Ticket,
    f"POST {_TICKET}/split": Ticket,
    f"POST {_TICKET}/links": Ticket,
    f"DELETE {_TICKET}/links/{{other}}": Ticket,
    f"POST {_TICKET}/messages": TicketMessage,
    f"GET {_TICKET}/transcript": Transcript,
    "GET /api/v1/resources": ResourcePage,
    "GET /api/v1/resources/{resource_id}": Resource,
    "GET /api/v1/territoires": TerritoirePage,
    READY: Ready,
}
