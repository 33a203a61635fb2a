"""Tables of the annotation queue: messages of which the meaning is doubted, and their labels."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base

MOTIFS = ("conteste", "corrige", "contredit", "marge")
"""Why a message is doubted, the strongest reason first."""


class MessageDouteux(Base):
    """A message that may have been misunderstood, masked; erased with its conversation.

    `intention`, `confiance` and `marge` are what was understood, `corrigee` what the élu chose
    instead, `candidat` what the last model trained reads, where the model in service disagrees.
    `cle` makes two messages of the same words one. `etat` is `a_faire`, `accord`, `desaccord` or
    `tranche`; `retenue` is the label that was kept.
    """

    __tablename__ = "message_douteux"
    __table_args__ = (Index("ix_message_douteux_etat", "etat", "marge"),)

    item_id: Mapped[str] = mapped_column(
        ForeignKey("conversation_item.id", ondelete="CASCADE"), primary_key=True
    )
    texte: Mapped[str] = mapped_column(Text)
    cle: Mapped[str] = mapped_column(Text, unique=True)
    motif: Mapped[str]
    intention: Mapped[str]
    corrigee: Mapped[str | None]
    candidat: Mapped[str | None]
    confiance: Mapped[float]
    marge: Mapped[float]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    etat: Mapped[str] = mapped_column(server_default="a_faire")
    retenue: Mapped[str | None]


class Annotation(Base):
    """What someone says that a message asks; without an intent, they passed their turn."""

    __tablename__ = "annotation"
    __table_args__ = (UniqueConstraint("item_id", "compte_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(
        ForeignKey("message_douteux.item_id", ondelete="CASCADE"), index=True
    )
    compte_id: Mapped[str] = mapped_column(ForeignKey("compte.id", ondelete="CASCADE"), index=True)
    intention: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
