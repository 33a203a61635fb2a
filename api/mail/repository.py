"""SQL of the mails, and nothing else."""

from collections.abc import Sequence

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.mail.models import ANSWER, Mail
from api.tickets.family import family
from api.tickets.models import Ticket


class MailRepository:
    """Reads and writes mails through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, mail: Mail) -> None:
        """Keep a new mail."""
        self._session.add(mail)
        await self._session.flush()

    async def get(self, mail_id: str) -> Mail | None:
        """Return a mail, held until the end of the transaction."""
        return await self._session.get(Mail, mail_id, with_for_update=True)

    async def ticket(self, mail: Mail) -> Ticket:
        """Return the ticket of a mail."""
        return await self._session.get_one(Ticket, mail.ticket_id)

    async def answer_waits(self, ticket_id: int) -> bool:
        """Tell whether the mail of an answer is still to be composed, and hold it back."""
        query = select(Mail.id).where(
            Mail.ticket_id == ticket_id,
            Mail.kind == ANSWER,
            Mail.status == "en_attente",
            Mail.subject.is_(None),
        )
        locked = query.limit(1).with_for_update(skip_locked=True)
        return await self._session.scalar(locked) is not None

    async def of_ticket(self, ticket_id: int) -> Sequence[Mail]:
        """Return the mails of a ticket, oldest first."""
        query = select(Mail).where(Mail.ticket_id.in_(family(ticket_id)))
        query = query.order_by(Mail.created_at, Mail.id)
        return (await self._session.execute(query)).scalars().all()

    async def outbox(
        self, *, status: str | None, reference: str | None, limit: int
    ) -> Sequence[Row[Mail, str]]:
        """Return the last mails with their ticket's reference, newest first."""
        query = select(Mail, Ticket.reference).join(Ticket, Ticket.id == Mail.ticket_id)
        if status is not None:
            query = query.where(Mail.status == status)
        if reference is not None:
            query = query.where(Ticket.reference == reference)
        ordered = query.order_by(Mail.created_at.desc(), Mail.id).limit(limit)
        return (await self._session.execute(ordered)).all()
