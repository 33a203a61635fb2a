"""The table of the feeds that are read every day."""

from datetime import datetime

from sqlalchemy import DateTime, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Flux(Base):
    """A feed: its address, what its entries become, and what the last reading gave.

    `refus` says why the last reading gave nothing (`veille.yml`), None when it was read; `statut`
    is what the site answered, if it answered an error. The counts are those of all the readings:
    drafts made, entries joined to the draft of another.
    """

    __tablename__ = "veille_flux"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text, unique=True)
    type: Mapped[str]
    titre: Mapped[str] = mapped_column(Text)
    ajoute_le: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    lu_le: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refus: Mapped[str | None]
    statut: Mapped[int | None]
    brouillons: Mapped[int] = mapped_column(default=0, server_default="0")
    reunies: Mapped[int] = mapped_column(default=0, server_default="0")
