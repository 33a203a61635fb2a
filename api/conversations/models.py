"""Tables of the conversations."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Conversation(Base):
    """A conversation; anonymous. Only the hash of its token is kept.

    `memory` is our copy of the dialogue's memory, `expects` what the last turn asked for,
    `last_seq` the number of its last item.
    """

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    site: Mapped[str | None]
    page_url: Mapped[str | None]
    greeting: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    memory: Mapped[dict[str, Any]] = mapped_column(JSONB)
    expects: Mapped[str | None]
    tour: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)


class Item(Base):
    """One item of a conversation: the élu's message, a Turn, an advisor's answer, a status.

    `author` is `elu`, `assistant`, `conseiller` or `systeme` (a ticket's status, `turn` holding
    it). The `turn` of an advisor's answer, or of what the élu answered by mail, tells the joined
    files. A Turn points to the message it answers by `reply_to`.
    """

    __tablename__ = "conversation_item"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "idempotency_key"),
        Index("ix_conversation_item_recent", "conversation_id", "created_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    seq: Mapped[int]
    author: Mapped[str]
    author_name: Mapped[str | None]
    text: Mapped[str | None]
    payload: Mapped[str | None]
    turn: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reply_to: Mapped[str | None] = mapped_column(unique=True)
    idempotency_key: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Feedback(Base):
    """What the élu thinks of a Turn; the last word wins."""

    __tablename__ = "feedback"

    item_id: Mapped[str] = mapped_column(
        ForeignKey("conversation_item.id", ondelete="CASCADE"), primary_key=True
    )
    useful: Mapped[bool]
    reason: Mapped[str | None]
    comment: Mapped[str | None]
    resource_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
