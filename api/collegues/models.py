"""Tables of the advisors between themselves: mentions in notes, presence on a request."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Mention(Base):
    """A note cites a colleague; `read_at` once they have opened the request since."""

    __tablename__ = "ticket_mention"
    __table_args__ = (Index("ix_ticket_mention_nom", "nom", "ticket_id"),)

    message_id: Mapped[str] = mapped_column(
        ForeignKey("ticket_message.id", ondelete="CASCADE"), primary_key=True
    )
    nom: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Presence(Base):
    """An advisor has a request in front of them; erased when they leave, or soon after."""

    __tablename__ = "ticket_presence"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )
    nom: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
