"""Which ticket of Zammad carries which of ours."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class ZammadLink(Base):
    """A ticket on its way to Zammad, or there once `zammad_id` is known.

    `attempted_at`: a creation was asked and its end is unknown. `state` and `updated_at` are what
    Zammad told last; `told_until` is the date of the élu's last words that were carried there.
    """

    __tablename__ = "ticket_zammad"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )
    zammad_id: Mapped[int | None] = mapped_column(unique=True)
    number: Mapped[str | None]
    attempted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    state: Mapped[str | None]
    updated_at: Mapped[str | None]
    told_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
