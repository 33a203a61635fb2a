"""The table of what advisors note of a territory: nothing is rewritten, a mistake is withdrawn."""

from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKey, Index, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class NoteTerritoire(Base):
    """A note on a territory: the day of what it tells, a contact, a stage, some words, an author.

    `etape` is the stage that the note sets, None when it changes none; `a_revoir` when the
    territory is to be looked at again. `demande` is the request that it follows from. `cle` makes
    sure that a form sent twice as it is writes once. Withdrawn, or past its term, a note has no
    words left.
    """

    __tablename__ = "territoire_note"
    __table_args__ = (Index("ix_territoire_note_lieu", "type", "code", "le", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    code: Mapped[str]
    le: Mapped[date]
    etape: Mapped[str | None]
    contact: Mapped[str | None]
    texte: Mapped[str | None] = mapped_column(Text)
    auteur: Mapped[str | None]
    a_revoir: Mapped[date | None]
    demande: Mapped[str | None] = mapped_column(
        ForeignKey("ticket.reference", ondelete="SET NULL"), index=True
    )
    cle: Mapped[str | None] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )
    retiree_par: Mapped[str | None]
    retiree_le: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
