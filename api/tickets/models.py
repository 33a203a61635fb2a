"""Tables of the requests to a human: draft, ticket, its messages and its history, access keys."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Computed, DateTime, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Double, Text

from knowledge.database import Base

# Ranks of the queue, in seconds since 2000: below, what runs, by due date; above, what does not.
RUNNING_RANK = 50_000_000_000.0
_RANK = """
CASE WHEN status IN ('nouveau', 'en_cours')
THEN extract(epoch FROM (
  CASE WHEN first_reply_at IS NULL THEN least(first_reply_due_at, resolution_due_at)
  ELSE resolution_due_at END - TIMESTAMPTZ '2000-01-01 00:00:00+00'))
ELSE 100000000000 - extract(epoch FROM (created_at - TIMESTAMPTZ '2000-01-01 00:00:00+00'))
END::double precision
"""


class Draft(Base):
    """The request being prepared in a conversation; `sent_as` once it is a ticket."""

    __tablename__ = "ticket_draft"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True
    )
    demande: Mapped[dict[str, Any]] = mapped_column(JSONB)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Ticket(Base):
    """A request to a human, complete at birth: need, territory, contact, what was shown.

    `transcript` is a snapshot of the conversation when the request was sent. `version` grows with
    each change (ETag). A ticket outlives its conversation, without its personal data.
    `search_text` is what the queue's search reads, folded; `fingerprint` tells whether a request
    sent again under the same idempotency key is the same. `waiting_since` stops the clock while
    the élu is waited for. Without a `team`, the ticket is in the common queue. `queue_rank`, kept
    by PostgreSQL, orders the queue. `merged_into` is the reference of the ticket where this one
    goes on (see `api.tickets.family`).
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_queue", "status", "created_at"),
        Index("ix_ticket_conversation", "conversation_id", "created_at"),
        Index("ix_ticket_departement", "departement"),
        Index("ix_ticket_team", "team", "created_at"),
        Index("ix_ticket_recent", "created_at", "id"),
        Index("ix_ticket_rank", "queue_rank", "id"),
        Index("ix_ticket_assignee", "assignee", "queue_rank", "id"),
        Index("ix_ticket_themes", "themes", postgresql_using="gin"),
        Index("ix_ticket_courriel", "courriel"),
        Index("ix_ticket_telephone", "telephone"),
        Index("ix_ticket_place", "territoire", postgresql_using="gin"),
        Index(
            "ix_ticket_search",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversation.id", ondelete="SET NULL")
    )
    origin: Mapped[str] = mapped_column(default="conversation")
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    fingerprint: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(default="nouveau")
    priority: Mapped[str] = mapped_column(default="normale")
    assignee: Mapped[str | None]
    categorie: Mapped[str] = mapped_column(default="conseil")
    besoin: Mapped[str] = mapped_column(Text)
    territoire: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    departement: Mapped[str | None]
    population: Mapped[int | None]
    role: Mapped[str | None]
    themes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    nom: Mapped[str | None]
    courriel: Mapped[str | None]
    telephone: Mapped[str | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    route: Mapped[str | None]
    resources_shown: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    transcript: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    first_reply_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expected_reply_by: Mapped[date]
    first_reply_due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolution_due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    waiting_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    team: Mapped[str | None]
    merged_into: Mapped[str | None] = mapped_column(
        ForeignKey("ticket.reference", ondelete="SET NULL"), index=True
    )
    queue_rank: Mapped[float] = mapped_column(
        Double, Computed(_RANK, persisted=True), deferred=True
    )
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is


class TicketMessage(Base):
    """A message of an advisor: `public` reaches the élu, `internal` stays between advisors.

    With a `canal` (`courriel`), it is the élu's own, come by that way.
    """

    __tablename__ = "ticket_message"

    id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    author: Mapped[str]
    visibility: Mapped[str]
    canal: Mapped[str | None]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class TicketEvent(Base):
    """One change of a ticket: who, what, from what to what.

    Never modified, but for an advisor's own words (`reason`) when the person is forgotten.
    """

    __tablename__ = "ticket_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    actor: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class TicketLink(Base):
    """Two tickets that are related, the older first; by whom it was said, when."""

    __tablename__ = "ticket_link"

    low_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )
    high_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    par: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ApiKey(Base):
    """An access key of an advisor or of a partner system; only its hash is kept."""

    __tablename__ = "api_key"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
