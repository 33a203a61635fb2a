"""The reminder ladder: whoever lets an élu wait is told, then the responsable, then the élu.

An advisor is written to at the address of their account, or their delegate's; else the mailbox of
the team, else the accounts that may take the ticket. The élu is told in their conversation too.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.equipes.destinataires import Destinataire, Destinataires
from api.jobs.repository import JobRepository
from api.mail.service import post
from api.tickets.aiguillage import Aiguillage
from api.tickets.clock import Rappel, load_delais, reminder_at
from api.tickets.journal import SYSTEM, Journal
from api.tickets.models import Ticket
from api.tickets.relances import MAIL_KINDS, REMINDER, late_words
from api.tickets.repository import TicketRepository
from api.tickets.status import OPEN_STATUSES, WAITING
from api.tickets.tell import Teller
from assistant.business_days import CELLULE, add_working_days

REMIND = "ticket.remind"


async def schedule_reminder(session: AsyncSession, ticket: Ticket, step: int = 0) -> None:
    """Write the job of a step of the ladder, if there is such a step."""
    rappels = load_delais().rappels
    if step < len(rappels):
        await JobRepository(session).add(
            REMIND,
            {"ticket": ticket.id, "step": step},
            dedupe=f"{REMIND}:{ticket.id}:{step}",
            run_at=reminder_at(ticket, rappels[step]),
        )


class Remind:
    """The handler of the jobs `ticket.remind`."""

    def __init__(
        self,
        aiguillage: Aiguillage,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._aiguillage = aiguillage
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Remind if nobody answered; return when to look again, None when this step is over."""
        step, now = payload["step"], self._now()
        ticket = await TicketRepository(session).by_id(payload["ticket"], lock=True)
        if ticket is None or ticket.first_reply_at or ticket.status not in OPEN_STATUSES:
            return None
        if ticket.status == WAITING:  # the élu's turn: look again on the next working day
            return CELLULE.span(add_working_days(CELLULE.today(now), 1))[1]
        rappel = load_delais().rappels[step]
        due = reminder_at(ticket, rappel)
        if due > now:  # the wait for the élu gave time back
            return due
        await self._remind(session, ticket, rappel)
        await schedule_reminder(session, ticket, step + 1)
        return None

    async def _remind(self, session: AsyncSession, ticket: Ticket, rappel: Rappel) -> None:
        people = await self._people(session, ticket, rappel)
        for each in people:
            await post(
                session,
                ticket.id,
                kind=MAIL_KINDS[rappel.a],
                recipient=each.courriel,
                recipient_name=each.nom,
            )
        told: dict[str, Any] = {"to": rappel.a, "working_days": rappel.jours}
        told["mailed"] = bool(people)
        if rappel.a == "elu":
            told["in_conversation"] = await Teller(session).say(ticket, late_words(ticket))
        elif people and people[0].remplace:
            told["delegate"] = people[0].nom
        await Journal(session).changed(ticket, kind=REMINDER, actor=SYSTEM, changes=told)

    async def _people(
        self, session: AsyncSession, ticket: Ticket, rappel: Rappel
    ) -> Sequence[Destinataire]:
        """Return whom a step of the ladder writes to."""
        if rappel.a == "elu":
            return [Destinataire(ticket.courriel, ticket.nom)] if ticket.courriel else []
        equipe = self._aiguillage.equipe(ticket.team)
        team = equipe.id if equipe else None
        found = Destinataires(session, CELLULE.today(self._now()))
        if rappel.a == "responsable":
            named = equipe.responsable if equipe else None
            return [Destinataire(named)] if named else await found.responsables(team)
        advisor = await found.advisor(ticket.assignee)
        if advisor is not None:
            return [advisor]
        mailbox = equipe.courriel if equipe else None
        return [Destinataire(mailbox)] if mailbox else await found.team(team)
