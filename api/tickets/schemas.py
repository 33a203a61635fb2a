"""What the ticket endpoints receive and return."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.bodies import Body, Line, Text
from api.mail.models import Mail
from api.pieces.models import Piece
from api.pieces.views import pieces_json
from api.tickets.clock import is_overdue, promise_of, waited_days
from api.tickets.models import Ticket, TicketEvent, TicketMessage

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


class TicketCreate(Body):
    """Demande créée par un système partenaire ou depuis une conversation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "besoin": "Nous cherchons un appui pour créer un conseil de développement.",
                    "nom": "Camille Martin",
                    "courriel": "mairie@exemple.fr",
                    "territoire_code": "32013",
                    "themes": ["conseil de développement"],
                    "route": "conseiller",
                }
            ]
        }
    )

    besoin: Annotated[Text, Field(min_length=1, max_length=4000, description="La question.")]
    # A name on two lines is refused further on, not mended: it would be a header of a mail.
    nom: Annotated[Text | None, Field(max_length=200)] = None
    courriel: Annotated[Text | None, Field(max_length=254)] = None
    telephone: Annotated[Text | None, Field(max_length=30)] = None
    territoire_type: Annotated[Line | None, Field(max_length=20)] = None
    territoire_code: Annotated[Line | None, Field(max_length=12)] = None
    population: Annotated[int | None, Field(ge=0, le=70_000_000)] = None
    role: Annotated[Line | None, Field(max_length=40)] = None
    themes: Annotated[list[Line], Field(max_length=10)] = Field(default_factory=list)
    route: Route | None = None
    conversation_id: Annotated[Line | None, Field(max_length=60)] = None


class TicketPatch(Body):
    """Changements ; seuls les champs présents changent."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "en_cours", "priority": "haute"}]}
    )

    status: Status | None = None
    assignee: Annotated[Line | None, Field(max_length=200)] = None
    priority: Priority | None = None
    theme: Annotated[Line | None, Field(max_length=60)] = None
    themes: Annotated[list[Line] | None, Field(max_length=10)] = None
    route: Route | None = None
    team: Annotated[
        Line | None, Field(max_length=40, description="Équipe ; null : la file commune.")
    ] = None
    reason: Annotated[
        Line | None, Field(max_length=500, description="Motif, attendu pour changer d'équipe.")
    ] = None


class TicketQuery(Body):
    """Critères de la liste des demandes."""

    status: Status | None = None
    theme: Annotated[Line | None, Field(max_length=60)] = None
    route: Route | None = None
    departement: Annotated[Line | None, Field(max_length=3)] = None
    assignee: Annotated[Line | None, Field(max_length=200)] = None
    q: Annotated[Line | None, Field(max_length=200)] = None
    overdue: bool | None = None
    team: Annotated[
        Line | None, Field(max_length=40, description="« commune » : la file commune.")
    ] = None
    cursor: Annotated[Line | None, Field(max_length=400)] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 25


class MessageWrite(Body):
    """Message d'un conseiller."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"body": "Bonjour, pouvons-nous vous appeler jeudi ?", "visibility": "public"}
            ]
        }
    )

    body: Annotated[Text, Field(min_length=1, max_length=20_000)]
    visibility: Literal["public", "internal"] = "public"


def ticket_json(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as the queue shows it."""
    now, promise = datetime.now(UTC), promise_of(ticket)
    return {
        "reference": ticket.reference,
        "status": ticket.status,
        "priority": ticket.priority,
        "assignee": ticket.assignee,
        "team": ticket.team,
        "categorie": ticket.categorie,
        "besoin": ticket.besoin,
        "territoire": ticket.territoire,
        "departement": ticket.departement,
        "population": ticket.population,
        "role": ticket.role,
        "themes": ticket.themes,
        "theme": ticket.themes[0] if ticket.themes else None,
        "contact": {
            "nom": ticket.nom,
            "courriel": ticket.courriel,
            "telephone": ticket.telephone,
        },
        "intent": ticket.intent,
        "confidence": ticket.confidence,
        "route": ticket.route,
        "demarche_suggeree": ticket.route,
        "resources_shown": ticket.resources_shown,
        "conversation_id": ticket.conversation_id,
        "merged_into": ticket.merged_into,
        "origin": ticket.origin,
        "created_at": ticket.created_at.isoformat(),
        "updated_at": ticket.updated_at.isoformat(),
        "expected_reply_by": promise.day.isoformat(),
        "expected_reply_text": promise.words,
        "timezone": promise.calendrier.zone.key,
        "first_reply_due_at": ticket.first_reply_due_at.isoformat(),
        "resolution_due_at": ticket.resolution_due_at.isoformat(),
        "first_reply_at": _moment(ticket.first_reply_at),
        "waiting_since": _moment(ticket.waiting_since),
        "waiting_working_days": waited_days(ticket, now),
        "overdue": is_overdue(ticket, now),
        "version": ticket.version,
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def message_json(message: TicketMessage, pieces: Iterable[Piece] = ()) -> dict[str, Any]:
    """Return a message of an advisor, or what the élu answered by mail (`channel`)."""
    return {
        "id": message.id,
        "author": message.author,
        "visibility": message.visibility,
        "channel": message.canal,
        "body": message.body,
        "created_at": message.created_at.isoformat(),
        "attachments": pieces_json(pieces),
    }


def event_json(event: TicketEvent) -> dict[str, Any]:
    """Return one line of a ticket's history."""
    return {
        "id": event.id,
        "kind": event.kind,
        "actor": event.actor,
        "changes": event.changes,
        "created_at": event.created_at.isoformat(),
    }


def mail_state(mail: Mail) -> dict[str, Any]:
    """Return what became of a mail; its content is in the outbox."""
    return {
        "id": mail.id,
        "kind": mail.kind,
        "message": mail.message_id,
        "status": mail.status,
        "error": mail.error,
        "created_at": mail.created_at.isoformat(),
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
    }
