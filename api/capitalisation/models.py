"""The table of the resources drawn from an advisor's answer."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Capitalisation(Base):
    """A resource drawn from the answer to a ticket: by whom, when."""

    __tablename__ = "capitalisation"

    resource_id: Mapped[str] = mapped_column(
        Text, ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    par: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
