"""Tables of the webhooks: who wants to be told, and what was told."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import DateTime, ForeignKey, Index, Table, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from knowledge.database import Base


class Webhook(Base):
    """An address of a partner system; `secret` signs what is sent there, so it must be kept."""

    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Delivery(Base):
    """An event on its way to a webhook, with each attempt; the same event keeps its id.

    `status` is `en_attente`, `remis` or `abandonne`.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("ix_webhook_delivery_log", "webhook_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    event_id: Mapped[str]
    event: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(default="en_attente")
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    tries: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


DELIVERIES = cast("Table", Delivery.__table__)
"""The same, for a statement that is written once and bound to no object."""
