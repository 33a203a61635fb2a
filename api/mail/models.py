"""The table of the mails: what leaves, what left, what was refused."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from knowledge.database import Base

# Kinds of mails that another part decides on.
ANSWER = "reponse"
RESOLVED = "resolue"
LATE = "retard_elu"
# Those that the élu may answer; the others are for the team.
TO_ELU = (ANSWER, RESOLVED, LATE)


class Mail(Base):
    """A mail of a ticket; written when it is decided, composed when it is sent.

    `status` is `en_attente`, `envoye`, `refuse` (the receiving server said never), `abandonne`
    (it said later, too many times) or `sans_serveur` (no SMTP server: it is to be read here).
    """

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_outbox", "created_at", "id"),
        Index("ix_mail_ticket", "ticket_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    message_id: Mapped[str | None]
    kind: Mapped[str]
    recipient: Mapped[str] = mapped_column(Text)
    recipient_name: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    body_text: Mapped[str | None] = mapped_column(Text)
    body_html: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(default="en_attente")
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
