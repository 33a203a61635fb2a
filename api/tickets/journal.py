"""The history of a ticket; each line sets off webhooks, in the same transaction."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.tickets.models import Ticket, TicketEvent, TicketMessage
from api.tickets.repository import TicketRepository
from api.webhooks.service import announce

CREATED = "ticket.created"
UPDATED = "ticket.updated"
MESSAGE = "ticket.message"
SYSTEM = "service"


def event_data(ticket: Ticket) -> dict[str, Any]:
    """Return what partner systems are told: no contact, no word of the élu; they read the rest."""
    return {
        "reference": ticket.reference,
        "status": ticket.status,
        "priority": ticket.priority,
        "assignee": ticket.assignee,
        "team": ticket.team,
        "categorie": ticket.categorie,
        "route": ticket.route,
        "themes": ticket.themes,
        "territoire": ticket.territoire,
        "departement": ticket.departement,
        "version": ticket.version,
        "url": f"/api/v1/tickets/{ticket.reference}",
    }


class Journal:
    """Writes the history through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tickets = TicketRepository(session)

    async def created(self, ticket: Ticket, *, actor: str, changes: dict[str, Any]) -> None:
        """Write the birth of a ticket, and the team that it was given to."""
        await self._tickets.note_birth(ticket, actor=actor, changes=changes)
        await announce(self._session, CREATED, {"ticket": event_data(ticket)})

    async def changed(
        self, ticket: Ticket, *, kind: str, actor: str, changes: dict[str, Any]
    ) -> TicketEvent:
        """Write a change: each name with its old and its new value.

        A `reason` is an advisor's own words: it stays in the history.
        """
        event = await self._tickets.add_event(ticket, kind=kind, actor=actor, changes=changes)
        told = {name: value for name, value in changes.items() if name != "reason"}
        data = {"ticket": event_data(ticket), "changes": told, "actor": actor}
        await announce(self._session, UPDATED, data)
        return event

    async def wrote(self, ticket: Ticket, message: TicketMessage) -> None:
        """Write that an advisor wrote; the words themselves stay here."""
        told = {"message": message.id, "visibility": message.visibility}
        await self._tickets.add_event(ticket, kind="message", actor=message.author, changes=told)
        shown = {"id": message.id, "author": message.author, "visibility": message.visibility}
        data = {"ticket": event_data(ticket), "message": shown}
        await announce(self._session, MESSAGE, data)
