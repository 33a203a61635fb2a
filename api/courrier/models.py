"""The table of the mails received: what became of each; those that lead nowhere are kept aside."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from knowledge.database import Base


class CourrielRecu(Base):
    """A mail that came; `cle` is what it is known by, however many times it comes.

    `etat` is `recu` (in its request, as the message `message_id`), `ignore` (a machine wrote it),
    `echec` (it says that a mail of ours did not arrive), `quarantaine` (it leads to no request:
    kept whole in `brut`, for someone to look at) or `refuse` (too heavy, too many, too complex).
    `motif` says why. `entete_id` is its Message-ID: our next mail answers it. `origine` is where
    it lies in a mailbox: `<box>/<uidvalidity>/<uid>`.
    """

    __tablename__ = "courriel_recu"
    __table_args__ = (
        Index("ix_courriel_recu_ticket", "ticket_id", "recu_le"),
        Index("ix_courriel_recu_message", "message_id"),
        Index("ix_courriel_recu_etat", "etat", "recu_le", "id"),
        Index("ix_courriel_recu_expediteur", "expediteur", "recu_le"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    cle: Mapped[bytes] = mapped_column(unique=True)
    origine: Mapped[str | None] = mapped_column(unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    message_id: Mapped[str | None]
    etat: Mapped[str]
    motif: Mapped[str | None]
    entete_id: Mapped[str | None] = mapped_column(Text)
    expediteur: Mapped[str | None] = mapped_column(Text)
    objet: Mapped[str] = mapped_column(Text, default="")
    texte: Mapped[str] = mapped_column(Text, default="")
    adresse_differente: Mapped[bool] = mapped_column(default=False)
    fichiers_refuses: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    taille: Mapped[int]
    brut: Mapped[bytes | None] = mapped_column(deferred=True)
    recu_le: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
