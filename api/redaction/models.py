"""The file that someone imports, between its preview and its confirmation, then what it did."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class PendingImport(Base):
    """The one file that an account is about to import; erased once it is, or the day after."""

    __tablename__ = "import_en_attente"

    compte_id: Mapped[str] = mapped_column(
        ForeignKey("compte.id", ondelete="CASCADE"), primary_key=True
    )
    nom: Mapped[str]
    contenu: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ImportReport(Base):
    """What an import did, line by line: each is the line of the file, the resource, its title, what
    became of it. Nobody is named: the history of each resource says who imported it.
    """

    __tablename__ = "import_fait"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    nom: Mapped[str]
    lignes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
