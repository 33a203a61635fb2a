"""The table of territories, for the queries that join resources or tickets with places."""

from sqlalchemy import Index, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class TerritoireRow(Base):
    """One territory; `nom_plie` is its name in lower case without accents."""

    __tablename__ = "territoire"
    __table_args__ = (
        Index("ix_territoire_nom_plie", "nom_plie"),
        Index("ix_territoire_departement", "departement"),
        Index("ix_territoire_epci", "epci"),
    )

    type: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    nom: Mapped[str] = mapped_column(Text)
    nom_plie: Mapped[str] = mapped_column(Text)
    nature: Mapped[str | None] = mapped_column(Text)
    departement: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    epci: Mapped[str | None] = mapped_column(Text)
    ept: Mapped[str | None] = mapped_column(Text)
    population: Mapped[int | None] = mapped_column(Integer)
    codes_postaux: Mapped[list[str]] = mapped_column(ARRAY(Text))
    chef_lieu: Mapped[str | None] = mapped_column(Text)
    alias: Mapped[list[str]] = mapped_column(ARRAY(Text))
