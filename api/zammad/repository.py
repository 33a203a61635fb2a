"""SQL of the link with Zammad, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, case, cast, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.models import Job
from api.tickets.models import Ticket
from api.tickets.status import OPEN_STATUSES
from api.zammad.client import RemoteTicket
from api.zammad.models import ZammadLink


@dataclass(frozen=True, slots=True)
class Link:
    """A row of `ticket_zammad`, as it was read."""

    zammad_id: int | None
    attempted_at: datetime | None
    state: str | None
    updated_at: str | None
    told_until: datetime | None


class ZammadRepository:
    """Reads and writes links through one session; two transactions may write the same one."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_ticket(self, ticket_id: int) -> Link | None:
        """Return what is known of a ticket in Zammad."""
        query = select(
            ZammadLink.zammad_id,
            ZammadLink.attempted_at,
            ZammadLink.state,
            ZammadLink.updated_at,
            ZammadLink.told_until,
        ).where(ZammadLink.ticket_id == ticket_id)
        row = (await self._session.execute(query)).first()
        return Link(*row) if row else None

    async def attempt(self, ticket_id: int, at: datetime | None) -> None:
        """Note that a creation is being asked, or, with None, that nothing came of it."""
        statement = insert(ZammadLink).values(ticket_id=ticket_id, attempted_at=at)
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["ticket_id"], set_={"attempted_at": at})
        )

    async def carried(self, ticket: Ticket, remote: RemoteTicket) -> None:
        """Note where a ticket is; what Zammad will tell from now on is news."""
        values = {
            "zammad_id": remote.id,
            "number": remote.number,
            "attempted_at": None,
            "state": "new",
            "told_until": ticket.created_at,
        }
        statement = insert(ZammadLink).values(ticket_id=ticket.id, **values)
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["ticket_id"], set_=values)
        )

    async def seen(
        self, ticket_id: int, remote: RemoteTicket, *, told_until: datetime | None
    ) -> None:
        """Note what Zammad told last, and up to when the élu's words were carried."""
        await self._session.execute(
            update(ZammadLink)
            .where(ZammadLink.ticket_id == ticket_id)
            .values(state=remote.state, updated_at=remote.updated_at, told_until=told_until)
        )

    async def left_behind(
        self, *, carry: str, follow: str, limit: int
    ) -> Sequence[tuple[int, str]]:
        """Return the open tickets that no job takes care of, each with the kind of job it needs."""
        kind = case((ZammadLink.zammad_id.is_not(None), follow), else_=carry)
        dedupe = func.concat(kind, ":", cast(Ticket.id, String))
        looked_after = select(Job.id).where(Job.dedupe == dedupe, Job.failed_at.is_(None))
        query = (
            select(Ticket.id, kind)
            .outerjoin(ZammadLink, ZammadLink.ticket_id == Ticket.id)
            .where(
                Ticket.status.in_(OPEN_STATUSES),
                Ticket.merged_into.is_(None),
                ~looked_after.exists(),
            )
            .order_by(Ticket.id)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self._session.execute(query)]
