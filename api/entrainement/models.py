"""Tables of the models trained from the console, and of what was decided of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base

WAITING = ("attente", "en_cours")


class ModeleIntentions(Base):
    """A model trained from the console; `id` is the number that staff see.

    `etat` is `attente`, `en_cours`, `candidat`, `promu`, `refuse` or `echec`; `avancement` counts
    hundredths. `compare_a` is the model it was compared with, None for the shipped one. `sha256`
    (of the file) is what lets it be read; without `garde`, the file is no more. `environnement`
    says what can read it, `livrees` which shipped sentences it learnt. `rapport` holds the figures
    and the witness sentences gained and lost.
    """

    __tablename__ = "modele_intentions"

    id: Mapped[int] = mapped_column(primary_key=True)
    etat: Mapped[str] = mapped_column(server_default="attente", index=True)
    demande_par: Mapped[str]
    demande_le: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    avancement: Mapped[int] = mapped_column(server_default="0")
    termine_le: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    erreur: Mapped[str | None]
    compare_a: Mapped[int | None] = mapped_column(ForeignKey("modele_intentions.id"))
    phrases: Mapped[int | None]
    ajoutees: Mapped[int | None]
    sha256: Mapped[str | None]
    octets: Mapped[int | None] = mapped_column(BigInteger)
    environnement: Mapped[str | None]
    livrees: Mapped[str | None]
    garde: Mapped[bool] = mapped_column(server_default="false")
    rapport: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ModeleDecision(Base):
    """What someone decided: `promu`, `refuse` or `retour` (to a former model). Never changed.

    Without a model, the shipped one. The last `promu` or `retour` says which model serves.
    """

    __tablename__ = "modele_decision"
    __table_args__ = (Index("ix_modele_decision_modele_id", "modele_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    modele_id: Mapped[int | None] = mapped_column(ForeignKey("modele_intentions.id"))
    geste: Mapped[str]
    par: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
