"""SQL of the resources drawn from answers, and nothing else."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.capitalisation.models import Capitalisation
from api.conversations.models import Item
from api.lacunes.board import OPEN_STATES
from api.lacunes.models import Lacune, LacuneGroupe
from api.tickets.models import Ticket
from knowledge.resources.models import ResourceRow
from knowledge.resources.resource import ResourceState


@dataclass(frozen=True, slots=True)
class Tiree:
    """A resource drawn from a ticket, and by whom."""

    id: str
    titre: str
    etat: ResourceState
    par: str


class CapitalisationRepository:
    """Reads and writes through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, *, resource_id: str, ticket_id: int, par: str) -> None:
        """Note that a resource comes from the answer to a ticket."""
        self._session.add(Capitalisation(resource_id=resource_id, ticket_id=ticket_id, par=par))
        await self._session.flush()

    async def of_ticket(self, ticket_id: int) -> list[Tiree]:
        """Return the resources drawn from a ticket, deleted ones aside."""
        query = (
            select(ResourceRow.id, ResourceRow.title, ResourceRow.state, Capitalisation.par)
            .join(Capitalisation, Capitalisation.resource_id == ResourceRow.id)
            .where(Capitalisation.ticket_id == ticket_id, ResourceRow.deleted_at.is_(None))
            .order_by(Capitalisation.at)
        )
        return [Tiree(*row) for row in await self._session.execute(query)]

    async def origin(self, resource_id: str) -> str | None:
        """Return the reference of the ticket that a resource comes from."""
        query = select(Ticket.reference).join(Capitalisation, Capitalisation.ticket_id == Ticket.id)
        found: str | None = await self._session.scalar(
            query.where(Capitalisation.resource_id == resource_id)
        )
        return found

    async def open_gap(self, conversation_id: str | None) -> tuple[int, str] | None:
        """Return the open subject of the gap board that a conversation raised, and its question."""
        query = (
            select(LacuneGroupe.id, Lacune.question)
            .join(Lacune, Lacune.groupe_id == LacuneGroupe.id)
            .join(Item, Item.id == Lacune.item_id)
            .where(
                Item.conversation_id == conversation_id,
                LacuneGroupe.etat.in_(OPEN_STATES),
            )
            .order_by(Lacune.at.desc())
            .limit(1)
        )
        found = (await self._session.execute(query)).first()
        return (found[0], found[1]) if found else None
