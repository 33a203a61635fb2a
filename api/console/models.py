"""Tables of the console itself: filters that advisors keep, canned answers of the cellule."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Filtre(Base):
    """A filter of the queue that an advisor keeps under a name; erased with the account.

    `requete` holds the fields of `api.console.queue.QueueQuery` that are filled in.
    """

    __tablename__ = "file_filtre"
    __table_args__ = (UniqueConstraint("compte_id", "nom"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    compte_id: Mapped[str] = mapped_column(ForeignKey("compte.id", ondelete="CASCADE"))
    nom: Mapped[str] = mapped_column(Text)
    requete: Mapped[dict[str, str]] = mapped_column(JSONB)


class ModeleReponse(Base):
    """A canned answer as a responsable left it; it stands for the file's own of the same `id`.

    `version` grows with each change; `retire` hides it from advisors.
    """

    __tablename__ = "reponse_modele"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    titre: Mapped[str] = mapped_column(Text)
    texte: Mapped[str] = mapped_column(Text)
    retire: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int] = mapped_column(default=1)
    par: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as is
