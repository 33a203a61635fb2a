"""Tables of the teams: who is in which, who is away and until when, who was served last."""

from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class CompteEquipe(Base):
    """An account is in a team of the routing table; in none, it is in all of them."""

    __tablename__ = "compte_equipe"

    compte_id: Mapped[str] = mapped_column(
        ForeignKey("compte.id", ondelete="CASCADE"), primary_key=True
    )
    equipe: Mapped[str] = mapped_column(primary_key=True)


class Absence(Base):
    """Someone is away from a day to another, both included; `delegue_id` stands in, if anyone.

    Nothing is moved meanwhile: the tickets stay theirs, the delegate is looked up each time.
    `retiree_le`: they came back earlier, or did not leave. Erased once it is over.
    """

    __tablename__ = "compte_absence"
    __table_args__ = (Index("ix_compte_absence_compte", "compte_id", "au"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    compte_id: Mapped[str] = mapped_column(ForeignKey("compte.id", ondelete="CASCADE"))
    du: Mapped[date]
    au: Mapped[date]
    delegue_id: Mapped[str | None] = mapped_column(ForeignKey("compte.id", ondelete="SET NULL"))
    par: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    retiree_le: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Tour(Base):
    """When an advisor was last given a ticket by the service: whoever waited longest is next."""

    __tablename__ = "compte_tour"

    compte_id: Mapped[str] = mapped_column(
        ForeignKey("compte.id", ondelete="CASCADE"), primary_key=True
    )
    servi_le: Mapped[datetime] = mapped_column(DateTime(timezone=True))
