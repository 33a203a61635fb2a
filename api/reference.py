"""Reference data kept in the database: which version is there, so that it is loaded once."""

from datetime import datetime

from sqlalchemy import DateTime, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class ReferenceImport(Base):
    """A set of reference data (`territoires`), with the fingerprint of what was loaded."""

    __tablename__ = "reference_import"

    name: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )


async def is_loaded(session: AsyncSession, name: str, fingerprint: str) -> bool:
    """Tell whether this very version is in the database."""
    known = await session.get(ReferenceImport, name)
    return known is not None and known.fingerprint == fingerprint


async def mark_loaded(session: AsyncSession, name: str, fingerprint: str) -> None:
    """Remember which version is in the database."""
    statement = insert(ReferenceImport).values(name=name, fingerprint=fingerprint)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"fingerprint": fingerprint, "imported_at": func.now()}
        )
    )
