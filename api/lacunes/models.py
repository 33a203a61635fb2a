"""Tables of the gap board: questions that were not answered well, and the groups they form."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, String, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class LacuneGroupe(Base):
    """Questions that ask the same thing: their distinctive words, its state.

    Its label is its most central question, read from there: it leaves when that one does.
    `etat` is `ouverte`, `en_cours`, `close` or `hors_champ`; `etat_raison` why someone closed it.
    `posees` and `repondues` are those of the last time the questions were asked again;
    `reposer_depuis`: since when they are being asked.
    """

    __tablename__ = "lacune_groupe"

    id: Mapped[int] = mapped_column(primary_key=True)
    termes: Mapped[list[str]] = mapped_column(ARRAY(String))
    etat: Mapped[str] = mapped_column(server_default="ouverte")
    etat_par: Mapped[str | None]
    etat_raison: Mapped[str | None] = mapped_column(Text)
    etat_le: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    verifie_le: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    posees: Mapped[int | None]
    repondues: Mapped[int | None]
    reposer_depuis: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Lacune(Base):
    """A question not answered well, its personal data masked; erased with its conversation.

    `item_id` is the élu's message; `rang` its place in the group, the most central first;
    `raison` and `commentaire` are those of a negative opinion. `vecteur` holds
    half-precision numbers made by `encodeur`. `a_part_le`: since when staff keep it out of the
    subject where the grouping had put it. The territory is that of the conversation.
    `reponse_id`: the resource that answered when it was asked again (`reposee_le`), if any did.
    """

    __tablename__ = "lacune"
    __table_args__ = (
        Index("ix_lacune_groupe", "groupe_id", "rang"),
        Index("ix_lacune_themes", "themes", postgresql_using="gin"),
        Index("ix_lacune_reponse_id", "reponse_id"),
    )

    item_id: Mapped[str] = mapped_column(
        ForeignKey("conversation_item.id", ondelete="CASCADE"), primary_key=True
    )
    motif: Mapped[str]
    raison: Mapped[str | None]
    commentaire: Mapped[str | None] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    themes: Mapped[list[str]] = mapped_column(ARRAY(String))
    departement: Mapped[str | None]
    territoire_type: Mapped[str | None]
    territoire_code: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    vecteur: Mapped[bytes | None] = mapped_column(LargeBinary)
    encodeur: Mapped[str | None]
    groupe_id: Mapped[int | None] = mapped_column(
        ForeignKey("lacune_groupe.id", ondelete="SET NULL")
    )
    rang: Mapped[int] = mapped_column(server_default="0")
    a_part_le: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    a_part_par: Mapped[str | None]
    reposee_le: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reponse_id: Mapped[str | None] = mapped_column(ForeignKey("resource.id", ondelete="SET NULL"))


class LacuneFiche(Base):
    """A resource written, or completed, for a subject: by whom, since when."""

    __tablename__ = "lacune_fiche"
    __table_args__ = (Index("ix_lacune_fiche_groupe_id", "groupe_id"),)

    resource_id: Mapped[str] = mapped_column(
        Text, ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True
    )
    groupe_id: Mapped[int] = mapped_column(
        ForeignKey("lacune_groupe.id", ondelete="CASCADE"), primary_key=True
    )
    par: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class LacuneReleve(Base):
    """The last reading of the conversations: one row. `groupees`: questions grouped last."""

    __tablename__ = "lacune_releve"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    groupees: Mapped[int] = mapped_column(server_default="0")


class PhraseApprise(Base):
    """A sentence that staff gave an intent, for the training files to gain it through review.

    Reread by its author, it is tied to no conversation.
    """

    __tablename__ = "phrase_apprise"

    id: Mapped[int] = mapped_column(primary_key=True)
    texte: Mapped[str] = mapped_column(Text, unique=True)
    intention: Mapped[str]
    par: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
