"""The ticket desk in Zammad: the assistant's port, over our own record of each request."""

from api.jobs.repository import JobRepository
from api.tickets.gateway import BuiltInTickets
from api.zammad.carry import CATCH_UP
from assistant.ports import TicketReceipt


class ZammadTickets(BuiltInTickets):
    """Draft, receipt and status are ours, whatever becomes of Zammad: the élu sees no difference.

    What is sent is committed here, then carried there (see `api.zammad.carry`).
    """

    async def send(self, conversation_id: str) -> TicketReceipt:
        """See TicketGateway; the request leaves for Zammad at once."""
        receipt = await super().send(conversation_id)
        async with self._sessions.begin() as session:
            await JobRepository(session).add(CATCH_UP, {}, dedupe=CATCH_UP)
        return receipt
