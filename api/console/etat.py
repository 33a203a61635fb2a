"""What tells a request from what it was: an open page that shows the same has nothing to redo."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import Conversation
from api.mail.models import Mail
from api.tickets.family import family
from api.tickets.models import Ticket, TicketEvent, TicketMessage


async def state_of(session: AsyncSession, ticket: Ticket) -> str:
    """Return a mark that changes with what the page of a request shows: no word, no name."""
    ids = family(ticket.id)
    spoken = select(Ticket.conversation_id).where(Ticket.id.in_(ids))
    events = select(func.count()).where(TicketEvent.ticket_id.in_(ids))
    messages = select(func.count()).where(TicketMessage.ticket_id.in_(ids))
    heard = select(func.coalesce(func.sum(Conversation.last_seq), 0)).where(
        Conversation.id.in_(spoken)
    )
    sent = select(func.count()).where(Mail.ticket_id.in_(ids), Mail.status != "en_attente")
    parts = [each.scalar_subquery() for each in (events, messages, heard, sent)]
    row = (await session.execute(select(*parts))).one()
    return "-".join(str(each) for each in (ticket.version, *row))
