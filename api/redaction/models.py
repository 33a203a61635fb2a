"""The file that someone imports, between its preview and its confirmation."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, func
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
