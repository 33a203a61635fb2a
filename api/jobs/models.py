"""The table of the work to do later, written in the transaction that makes it necessary."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import DateTime, Index, Table, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Job(Base):
    """Something to do, once, not before `run_at`; erased when done.

    `dedupe` names a job that must not be waiting twice. `failed_at`: given up, kept to be read.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "run_at", "id", postgresql_where=text("failed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    dedupe: Mapped[str | None] = mapped_column(unique=True)
    run_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    last_error: Mapped[str | None]
    failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


JOBS = cast("Table", Job.__table__)
"""The same, for a statement that is written once and bound to no object."""
