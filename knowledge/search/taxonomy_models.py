"""Tables of the taxonomy: what staff add to the themes, and the history of all they change."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Index, Integer, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class ThemeRow(Base):
    """What staff add to the expressions by which a theme is recognised; the product has its own.

    `version` grows by one at each change.
    """

    __tablename__ = "theme_expression"

    theme: Mapped[str] = mapped_column(Text, primary_key=True)
    expressions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    version: Mapped[int] = mapped_column(Integer)
    editor: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class TaxonomyHistoryRow(Base):
    """An entry as it was left by someone; never changed.

    `kind` is `synonyme`, `theme` or `sigle` (the last line is then what is told, over the product's
    file), `subject` the identifier of the entry, `action` one of
    `ajoute`, `modifie`, `supprime`, `retabli`.
    """

    __tablename__ = "taxonomy_history"
    __table_args__ = (Index("ix_taxonomy_history_subject", "kind", "subject", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    editor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
