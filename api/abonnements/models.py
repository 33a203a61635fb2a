"""Which mails an account receives on its own account, and when the last one left."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Genre(StrEnum):
    """The digest is asked for; the reminder comes to whoever answers for a resource."""

    DIGEST = "hebdo"
    REMINDER = "rappel"


class Abonnement(Base):
    """What an account said of a kind of mail; `semaine`: Monday of the last one that left."""

    __tablename__ = "compte_abonnement"

    compte_id: Mapped[str] = mapped_column(
        ForeignKey("compte.id", ondelete="CASCADE"), primary_key=True
    )
    genre: Mapped[str] = mapped_column(primary_key=True)
    actif: Mapped[bool]
    semaine: Mapped[date | None]
