"""Table of the files joined to the advisors' messages."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Piece(Base):
    """A file, kept with the request: saved, erased and handed over together with it."""

    __tablename__ = "ticket_piece"

    id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(
        ForeignKey("ticket_message.id", ondelete="CASCADE"), index=True
    )
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    rang: Mapped[int]
    nom: Mapped[str]
    type: Mapped[str]
    taille: Mapped[int]
    contenu: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
