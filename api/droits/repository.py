"""SQL of the access log, and nothing else."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.droits.models import Acces


class AccesRepository:
    """Writes and reads the access log through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, *, who: str, action: str, reference: str | None) -> None:
        """Write that someone was let in."""
        await self._session.execute(
            insert(Acces).values(who=who, action=action, reference=reference)
        )

    async def page(
        self, *, before: int | None, limit: int, reference: str | None = None
    ) -> Sequence[Acces]:
        """Return the last accesses, newest first, those numbered below `before`."""
        query = select(Acces).order_by(Acces.id.desc()).limit(limit)
        if before is not None:
            query = query.where(Acces.id < before)
        if reference:
            query = query.where(Acces.reference == reference)
        return (await self._session.execute(query)).scalars().all()

    async def recent(self, reference: str, *, since: datetime) -> Sequence[Acces]:
        """Return the last access of each person to a ticket since then, the newest first."""
        last = (
            select(func.max(Acces.id))
            .where(Acces.reference == reference, Acces.at >= since, Acces.who.startswith("compte:"))
            .group_by(Acces.who)
        )
        query = select(Acces).where(Acces.id.in_(last)).order_by(Acces.id.desc())
        return (await self._session.execute(query)).scalars().all()

    async def erase_older_than(self, age: timedelta) -> int:
        """Erase the accesses older than `age`; return how many."""
        old = delete(Acces).where(Acces.at < func.now() - age).returning(Acces.id)
        return len((await self._session.execute(old)).all())
