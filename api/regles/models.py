"""Tables of the orientation rules rewritten by staff: what is proposed, what was published."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class ReglesProposition(Base):
    """A file of rules as someone wants it; `avant` is how it was when they wrote.

    `etat` is `attente`, `publiee`, `refusee` or `retiree`; `raison` says why it is proposed,
    `reponse` why it was refused. `par_id` is the account: whoever proposes does not publish.
    """

    __tablename__ = "regles_proposition"

    id: Mapped[int] = mapped_column(primary_key=True)
    etat: Mapped[str] = mapped_column(server_default="attente", index=True)
    fichier: Mapped[str]
    avant: Mapped[str] = mapped_column(Text)
    texte: Mapped[str] = mapped_column(Text)
    raison: Mapped[str] = mapped_column(Text)
    par: Mapped[str]
    par_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    decide_par: Mapped[str | None]
    decide_le: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reponse: Mapped[str | None] = mapped_column(Text)


class ReglesVersion(Base):
    """The rules in use from a moment on; the last one is in service. Never changed.

    `fichiers` holds the rewritten files, by name: the product's own serve for the others. `livres`
    holds the digest of the product's file that each replaces. `geste` is `publication`, or
    `retour` to the version `retour_a` (0: the product's files).
    """

    __tablename__ = "regles_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    geste: Mapped[str]
    fichiers: Mapped[dict[str, str]] = mapped_column(JSONB)
    livres: Mapped[dict[str, str]] = mapped_column(JSONB)
    proposition_id: Mapped[int | None] = mapped_column(ForeignKey("regles_proposition.id"))
    retour_a: Mapped[int | None]
    par: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
