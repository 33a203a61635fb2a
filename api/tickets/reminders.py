"""The reminder ladder: whoever lets an élu wait is told, then the responsable, then the élu."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.equipes.relais import Relais, absents_on
from api.jobs.repository import JobRepository
from api.mail.service import post
from api.tickets.clock import Rappel, load_delais, reminder_at
from api.tickets.journal import SYSTEM, Journal
from api.tickets.models import Ticket
from api.tickets.repository import TicketRepository
from api.tickets.routing import Aiguillage
from api.tickets.status import OPEN_STATUSES, WAITING
from assistant.business_days import CELLULE, add_working_days

REMIND = "ticket.remind"
_MAIL_KINDS = {
    "conseiller": "rappel_conseiller",
    "responsable": "rappel_responsable",
    "elu": "retard_elu",
}


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
        relais = await self._relais(session, ticket, rappel)
        address = self._address(ticket, rappel, relais)
        if address:
            await post(
                session,
                ticket.id,
                kind=_MAIL_KINDS[rappel.a],
                recipient=address,
                recipient_name=ticket.nom if rappel.a == "elu" else None,
            )
        told: dict[str, Any] = {"to": rappel.a, "working_days": rappel.jours}
        told["mailed"] = bool(address)
        if relais is not None:
            told["delegate"] = relais.delegue
        await Journal(session).changed(ticket, kind="reminder", actor=SYSTEM, changes=told)

    async def _relais(self, session: AsyncSession, ticket: Ticket, rappel: Rappel) -> Relais | None:
        """Return who is reminded because the advisor of the ticket is away."""
        if rappel.a != "conseiller" or ticket.assignee is None:
            return None
        away = await absents_on(session, CELLULE.today(self._now()))
        relais = away.of(ticket.assignee)
        return relais if relais is not None and relais.delegue is not None else None

    def _address(self, ticket: Ticket, rappel: Rappel, relais: Relais | None) -> str | None:
        if relais is not None:
            return relais.courriel
        if rappel.a == "elu":
            return ticket.courriel
        equipe = self._aiguillage.equipe(ticket.team)
        if equipe is None:
            return None
        return equipe.courriel if rappel.a == "conseiller" else equipe.responsable
