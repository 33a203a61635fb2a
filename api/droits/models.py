"""The table of the accesses to what élus wrote. PostgreSQL itself refuses to change a line."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from knowledge.database import Base

# The action of whoever was not let in: the ticket is another team's.
OTHER_TEAM = "demande_refusee"
# The action of a page left open that reads the ticket again by itself.
REREAD = "relire_demande"


class Acces(Base):
    """Someone was let in: who (`compte:` or `cle:`, then a name), when, which ticket, to do what.

    `demandes`: the other tickets that were shown, up to a hundred; `nombre`: how many they were.
    No content. Never changed; erased after a year.
    """

    __tablename__ = "acces_journal"
    __table_args__ = (
        Index("ix_acces_reference", "reference", "id"),
        Index("ix_acces_demandes", "demandes", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )
    who: Mapped[str]
    action: Mapped[str]
    reference: Mapped[str | None]
    nombre: Mapped[int | None]
    demandes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
