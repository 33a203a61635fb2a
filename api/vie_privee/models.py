"""The table of what the daily erasure did: numbers only, the proof that durations are kept."""

from datetime import datetime

from sqlalchemy import DateTime, Identity, Integer, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Passage(Base):
    """One run of the erasure; `effaces` counts what went, by kind of data."""

    __tablename__ = "conservation_passage"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )
    effaces: Mapped[dict[str, int]] = mapped_column(JSONB)
