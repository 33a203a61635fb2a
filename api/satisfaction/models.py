"""The table of what élus thought of the answers."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from knowledge.database import Base


class Satisfaction(Base):
    """The question asked once a ticket is `resolu`, and its answer when there is one.

    `note` is `oui`, `en_partie` or `non`; `raison` is the élu's own words, personal data masked.
    """

    __tablename__ = "ticket_satisfaction"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    note: Mapped[str | None]
    raison: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
