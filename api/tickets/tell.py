"""Tells an élu, in their conversation, what becomes of their request."""

import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.repository import ConversationRepository
from api.tickets.family import FamilyRepository
from api.tickets.models import Ticket

Messages = list[dict[str, Any]]


class Teller:
    """Writes in the conversations of a ticket through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._conversations = ConversationRepository(session)
        self._family = FamilyRepository(session)

    async def status(self, ticket: Ticket, messages: Messages | None = None) -> None:
        """Tell the status of a ticket, under each reference that the élu knows it by."""
        for each in await self.known_as(ticket):
            await self.tell(each, ticket.status, messages if each is ticket else None)

    async def tell(self, ticket: Ticket, status: str, messages: Messages | None = None) -> None:
        """Tell a status, and show messages, where this very request was made."""
        if ticket.conversation_id is None:
            return
        item_id = str(uuid.uuid4())
        asked = {"id": item_id, "messages": messages} if messages else {}
        await self._conversations.add_item(
            ticket.conversation_id,
            id=item_id,
            author="systeme",
            turn={"reference": ticket.reference, "status": status, **asked},
        )

    async def say(self, ticket: Ticket, messages: Messages) -> bool:
        """Show messages, the status unchanged, in each conversation where the élu waits.

        Return whether there was one.
        """
        reached: set[str] = set()
        for each in await self.known_as(ticket):
            if each.conversation_id and each.conversation_id not in reached:
                reached.add(each.conversation_id)
                await self.tell(each, ticket.status, messages)
        return bool(reached)

    async def answer(self, ticket: Ticket, message_id: str, **said: Any) -> None:
        """Show an advisor's answer in every conversation where the élu waits for it."""
        reached: set[str] = set()
        for each in await self.known_as(ticket):
            if each.conversation_id and each.conversation_id not in reached:
                item_id = str(uuid.uuid4()) if reached else message_id
                reached.add(each.conversation_id)
                await self._conversations.add_item(
                    each.conversation_id, id=item_id, author="conseiller", **said
                )

    async def known_as(self, ticket: Ticket) -> list[Ticket]:
        """Return the ticket, then those merged into it."""
        return [ticket, *await self._family.merged(ticket)]
