"""The built-in ticket desk: the assistant's port over our own tables."""

from api.database import SessionFactory
from api.tickets.aiguillage import Aiguillage
from api.tickets.clock import promise_of
from api.tickets.models import Ticket
from api.tickets.service import TicketService
from assistant.ports import Demande, TicketReceipt


async def receipt_of(service: TicketService, ticket: Ticket) -> TicketReceipt:
    """Return what the élu keeps of a ticket; one that was merged says where the other stands."""
    now = await service.followed(ticket)
    return TicketReceipt(ticket.reference, now.status, promise_of(now))


class BuiltInTickets:
    """Each call is its own transaction: what an action did stays done, and is idempotent."""

    def __init__(self, sessions: SessionFactory, aiguillage: Aiguillage | None = None) -> None:
        self._sessions = sessions
        self._aiguillage = aiguillage

    async def draft(self, conversation_id: str) -> Demande | None:
        """See TicketGateway."""
        async with self._sessions.begin() as session:
            return await TicketService(session).draft(conversation_id)

    async def save_draft(self, conversation_id: str, demande: Demande) -> Demande:
        """See TicketGateway."""
        async with self._sessions.begin() as session:
            await TicketService(session).save_draft(conversation_id, demande)
        return demande

    async def discard_draft(self, conversation_id: str) -> None:
        """See TicketGateway."""
        async with self._sessions.begin() as session:
            await TicketService(session).discard_draft(conversation_id)

    async def send(self, conversation_id: str) -> TicketReceipt:
        """See TicketGateway."""
        async with self._sessions.begin() as session:
            service = TicketService(session, aiguillage=self._aiguillage)
            return await receipt_of(service, await service.send_draft(conversation_id))

    async def latest(self, conversation_id: str) -> TicketReceipt | None:
        """See TicketGateway."""
        async with self._sessions.begin() as session:
            service = TicketService(session)
            ticket = await service.latest(conversation_id)
            return await receipt_of(service, ticket) if ticket else None

    async def find(self, reference: str) -> TicketReceipt | None:
        """See TicketGateway."""
        async with self._sessions.begin() as session:
            service = TicketService(session)
            ticket = await service.get(reference)
            return await receipt_of(service, ticket) if ticket else None
