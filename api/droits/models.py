"""The table of the accesses to what élus wrote. PostgreSQL itself refuses to change a line."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base

# The action of whoever was not let in: the ticket is another team's.
OTHER_TEAM = "demande_refusee"


class Acces(Base):
    """Someone was let in: who (`compte:` or `cle:`, then a name), when, which ticket, to do what.

    No content. Never changed; erased after a year.
    """

    __tablename__ = "acces_journal"
    __table_args__ = (Index("ix_acces_reference", "reference", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )
    who: Mapped[str]
    action: Mapped[str]
    reference: Mapped[str | None]
