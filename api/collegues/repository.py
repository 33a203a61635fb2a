"""SQL of mentions and presence, and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.collegues.models import Mention, Presence
from api.tickets.family import family
from api.tickets.models import Ticket

# A page says that it is still open five times in this while.
PRESENT = timedelta(seconds=75)


class MentionRepository:
    """Reads and writes mentions through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, *, ticket_id: int, message_id: str, noms: Collection[str]) -> None:
        """Keep who a note cites."""
        self._session.add_all(
            Mention(message_id=message_id, nom=nom, ticket_id=ticket_id) for nom in noms
        )
        await self._session.flush()

    async def of_ticket(self, ticket_id: int) -> dict[str, list[str]]:
        """Return who is cited, by note."""
        query = (
            select(Mention).where(Mention.ticket_id.in_(family(ticket_id))).order_by(Mention.nom)
        )
        found: defaultdict[str, list[str]] = defaultdict(list)
        for each in (await self._session.execute(query)).scalars():
            found[each.message_id].append(each.nom)
        return dict(found)

    async def read(self, ticket_id: int, nom: str, *, now: datetime) -> None:
        """Write that someone has opened the request where they are cited."""
        await self._session.execute(
            update(Mention)
            .where(
                Mention.ticket_id.in_(family(ticket_id)),
                Mention.nom == nom,
                Mention.read_at.is_(None),
            )
            .values(read_at=now)
            .execution_options(synchronize_session=False)
        )

    async def unread(self, nom: str, *, among: ColumnElement[bool]) -> set[int]:
        """Return the requests, `among` those they may touch, where they are cited since."""
        query = (
            select(Mention.ticket_id)
            .join(Ticket, Ticket.id == Mention.ticket_id)
            .where(Mention.nom == nom, Mention.read_at.is_(None), among)
        )
        return set((await self._session.execute(query)).scalars())


class PresenceRepository:
    """Reads and writes presence through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def beat(self, ticket_id: int, nom: str, *, now: datetime) -> None:
        """Write that someone has the request in front of them."""
        fresh = insert(Presence).values(ticket_id=ticket_id, nom=nom, seen_at=now)
        await self._session.execute(
            fresh.on_conflict_do_update(
                index_elements=["ticket_id", "nom"], set_={"seen_at": fresh.excluded.seen_at}
            )
        )

    async def leave(self, ticket_id: int, nom: str) -> None:
        """Write that someone has left the request."""
        await self._session.execute(
            delete(Presence).where(Presence.ticket_id == ticket_id, Presence.nom == nom)
        )

    async def others(self, ticket_id: int, nom: str, *, now: datetime) -> Sequence[str]:
        """Return who else has the request in front of them, by name."""
        query = select(Presence.nom).where(
            Presence.ticket_id == ticket_id, Presence.nom != nom, Presence.seen_at > now - PRESENT
        )
        return (await self._session.execute(query.order_by(Presence.nom))).scalars().all()
