"""The table of synonyms and acronyms, edited by staff."""

from datetime import datetime

from sqlalchemy import Boolean, DateTime, Identity, Integer, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class SynonymRow(Base):
    """What people type (`forms`) instead of a meaning; one row per meaning.

    `version` grows by one at each change. Deletion is soft: `deleted_at` keeps what the product's
    own file would otherwise bring back.
    """

    __tablename__ = "synonym"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    meaning: Mapped[str] = mapped_column(Text, unique=True)
    forms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    capitals_only: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)
    editor: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
