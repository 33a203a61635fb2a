"""SQL of the mails received, and nothing else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.courrier.models import CourrielRecu
from api.mail.models import Mail
from api.tickets.family import family
from api.tickets.models import Ticket

# What became of a mail.
RECU = "recu"
IGNORE = "ignore"
ECHEC = "echec"
QUARANTAINE = "quarantaine"
REFUSE = "refuse"
IN_REQUESTS = (RECU, ECHEC)
APART = (QUARANTAINE, IGNORE, REFUSE)
"""States of the mails that are in no request."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many mails came lately."""

    of_ticket: int
    of_sender: int


class CourrielRepository:
    """Reads and writes received mails through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known(self, cle: bytes) -> CourrielRecu | None:
        """Return the mail known by this key."""
        return await self._session.scalar(select(CourrielRecu).where(CourrielRecu.cle == cle))

    async def origins(self, among: Collection[str]) -> set[str]:
        """Return which of these places of a mailbox were read already."""
        query = select(CourrielRecu.origine).where(CourrielRecu.origine.in_(among))
        return {each for each in (await self._session.execute(query)).scalars() if each}

    async def add(self, recu: CourrielRecu) -> None:
        """Keep a mail."""
        self._session.add(recu)
        await self._session.flush()

    async def get(self, recu_id: str) -> CourrielRecu | None:
        """Return a mail, held until the end of the transaction."""
        return await self._session.get(CourrielRecu, recu_id, with_for_update=True)

    async def counted(
        self, *, ticket_id: int | None, sender: str | None, since: datetime
    ) -> Counted:
        """Return how many mails came since then for a request, and from an address.

        Anyone may write in the name of an élu: what leads to no request is counted apart, and
        takes nothing of the measure of those that do.
        """
        leads = (
            CourrielRecu.ticket_id.is_not(None) if ticket_id else CourrielRecu.ticket_id.is_(None)
        )
        same = (CourrielRecu.expediteur == sender) & leads
        return Counted(
            await self._count(CourrielRecu.ticket_id == ticket_id, since) if ticket_id else 0,
            await self._count(same, since) if sender else 0,
        )

    async def kept_apart(self, since: datetime) -> tuple[int, int]:
        """Return how many mails entered the quarantine since then, and their octets."""
        query = select(func.count(), func.coalesce(func.sum(CourrielRecu.taille), 0)).where(
            CourrielRecu.etat == QUARANTAINE, CourrielRecu.recu_le >= since
        )
        mails, octets = (await self._session.execute(query)).one()
        return int(mails), int(octets)

    async def waiting(self) -> int:
        """Return how many mails wait for someone to put them in their request."""
        query = select(func.count()).where(CourrielRecu.etat == QUARANTAINE)
        return int(await self._session.scalar(query) or 0)

    async def _count(self, condition: ColumnElement[bool], since: datetime) -> int:
        query = select(func.count()).where(condition, CourrielRecu.recu_le >= since)
        return int(await self._session.scalar(query) or 0)

    async def refused_since(self, ticket_id: int, since: datetime) -> bool:
        """Tell whether a mail for this request was refused since then."""
        condition = (CourrielRecu.ticket_id == ticket_id) & (CourrielRecu.etat == REFUSE)
        return await self._count(condition, since) > 0

    async def of_ticket(self, ticket_id: int) -> dict[str, CourrielRecu]:
        """Return the mails of a request, by the message that each became."""
        query = select(CourrielRecu).where(CourrielRecu.ticket_id.in_(family(ticket_id)))
        found = (await self._session.execute(query)).scalars()
        return {each.message_id: each for each in found if each.message_id}

    async def last_header_id(self, ticket_id: int) -> str | None:
        """Return the Message-ID of the élu's last mail about a request."""
        query = (
            select(CourrielRecu.entete_id)
            .where(
                CourrielRecu.ticket_id == ticket_id,
                CourrielRecu.etat == RECU,
                CourrielRecu.entete_id.is_not(None),
            )
            .order_by(CourrielRecu.recu_le.desc())
            .limit(1)
        )
        return await self._session.scalar(query)

    async def sent(self, mail_id: str) -> Mail | None:
        """Return a mail of ours by its number, held until the end of the transaction."""
        return await self._session.get(Mail, mail_id, with_for_update=True)

    async def reference(self, recu: CourrielRecu) -> str | None:
        """Return the reference of the request that a mail belongs to."""
        if recu.ticket_id is None:
            return None
        return await self._session.scalar(
            select(Ticket.reference).where(Ticket.id == recu.ticket_id)
        )

    async def apart(self, etat: str, *, limit: int) -> Sequence[tuple[CourrielRecu, str | None]]:
        """Return the last mails of a state with their request's reference, newest first."""
        query = (
            select(CourrielRecu, Ticket.reference)
            .join(Ticket, Ticket.id == CourrielRecu.ticket_id, isouter=True)
            .where(CourrielRecu.etat == etat)
            .order_by(CourrielRecu.recu_le.desc(), CourrielRecu.id)
            .limit(limit)
        )
        return [(recu, of) for recu, of in (await self._session.execute(query)).all()]

    async def delete(self, recu: CourrielRecu) -> None:
        """Forget a mail."""
        await self._session.execute(delete(CourrielRecu).where(CourrielRecu.id == recu.id))


def older_than(age: timedelta, states: Collection[str]) -> ColumnElement[bool]:
    """Return the condition of the mails of these states received longer ago than `age`."""
    return CourrielRecu.etat.in_(states) & (CourrielRecu.recu_le < func.now() - age)


def of_person(ticket_ids: Sequence[int], address: str) -> Any:
    """Return the condition of the mails of these requests, or sent from an address."""
    return CourrielRecu.ticket_id.in_(ticket_ids) | (CourrielRecu.expediteur == address.lower())
