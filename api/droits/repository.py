"""SQL of the access log, and nothing else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.droits.models import OTHER_TEAM, REREAD, Acces
from api.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class AccesFilter:
    """Criteria of the access log; None asks nothing. `who` is a part of a name."""

    reference: str | None = None
    who: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what the lines must satisfy."""
        found: list[ColumnElement[bool]] = []
        if self.reference is not None:
            shown = Acces.demandes.contains([self.reference])
            found.append(or_(Acces.reference == self.reference, shown))
        if self.who is not None:
            name = func.lower(func.split_part(Acces.who, ":", 2))
            found.append(name.contains(self.who.lower(), autoescape=True))
        if self.action is not None:
            found.append(Acces.action == self.action)
        if self.since is not None:
            found.append(Acces.at >= self.since)
        if self.until is not None:
            found.append(Acces.at < self.until)
        return found


# A page of a list holds no more.
_MOST_SHOWN = 100


class AccesRepository:
    """Writes and reads the access log through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self,
        *,
        who: str,
        action: str,
        reference: str | None,
        shown: Collection[str] | None = None,
    ) -> None:
        """Write that someone was let in; `shown` are the tickets of a list."""
        seen = None if shown is None else sorted(shown)[:_MOST_SHOWN]
        counted = None if shown is None else len(shown)
        await self._session.execute(
            insert(Acces).values(
                who=who, action=action, reference=reference, nombre=counted, demandes=seen
            )
        )

    async def add_whole(self, *, who: str, action: str, reference: str) -> None:
        """Write that someone was let in to a ticket, and to those merged into it."""
        merged = select(Ticket.reference).where(Ticket.merged_into == reference)
        listed = merged.order_by(Ticket.id).limit(_MOST_SHOWN).subquery()
        seen = select(func.array_agg(listed.c.reference)).scalar_subquery()
        counted = select(func.nullif(func.count(), 0)).where(Ticket.merged_into == reference)
        await self._session.execute(
            insert(Acces).values(
                who=who,
                action=action,
                reference=reference,
                nombre=counted.scalar_subquery(),
                demandes=seen,
            )
        )

    async def page(
        self, *, before: int | None, limit: int, criteria: AccesFilter
    ) -> Sequence[Acces]:
        """Return the last accesses that fit, newest first, those numbered below `before`."""
        query = select(Acces).where(*criteria.conditions())
        if before is not None:
            query = query.where(Acces.id < before)
        query = query.order_by(Acces.id.desc()).limit(limit)
        return (await self._session.execute(query)).scalars().all()

    async def recent(self, reference: str, *, since: datetime) -> Sequence[Acces]:
        """Return the last access of each person to a ticket since then, the newest first.

        Whoever was refused did not see it; a page that reads itself again opens nothing.
        """
        last = (
            select(func.max(Acces.id))
            .where(
                Acces.reference == reference,
                Acces.at >= since,
                Acces.who.startswith("compte:"),
                Acces.action.not_in((OTHER_TEAM, REREAD)),
            )
            .group_by(Acces.who)
        )
        query = select(Acces).where(Acces.id.in_(last)).order_by(Acces.id.desc())
        return (await self._session.execute(query)).scalars().all()

    async def erase_older_than(self, age: timedelta) -> int:
        """Erase the accesses older than `age`; return how many."""
        old = delete(Acces).where(Acces.at < func.now() - age).returning(Acces.id)
        return len((await self._session.execute(old)).all())
