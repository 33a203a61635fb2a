"""A conversation as it is kept: read again, awaited, exported, erased, rated."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.items import attachments_of, channel_of
from api.conversations.models import Conversation, Item
from api.conversations.repository import ConversationRepository
from api.database import Database, lock_conversation
from api.errors import Problem, not_found
from api.links import LinkExpired, check_link, is_link, link_secret
from api.tickets.repository import TicketRepository
from nlu.text import strip_invisible


def hash_token(token: str) -> bytes:
    """Return the hash under which a random token is kept."""
    return hashlib.sha256(token.encode()).digest()


async def authenticate(session: AsyncSession, conversation_id: str, token: str) -> Conversation:
    """Return the conversation, or raise the one Problem of wrong tokens and unknown ids.

    The token is the one given at the opening, or the one of a link that we sent by mail.
    """
    if is_link(token):
        found = await _of_link(session, conversation_id, token)
    else:
        found = await ConversationRepository(session).get(conversation_id, hash_token(token))
    if found is None:
        raise not_found()
    return found


async def _of_link(session: AsyncSession, conversation_id: str, token: str) -> Conversation | None:
    secret, now = await link_secret(session), datetime.now(UTC)
    try:
        opens = check_link(secret, conversation_id, token, now=now)
    except LinkExpired:
        raise Problem(404, "lien_expire") from None
    if not opens:
        raise not_found("lien_falsifie")
    return await session.get(Conversation, conversation_id)


async def ticket_of(session: AsyncSession, conversation_id: str) -> dict[str, Any] | None:
    """Return the reference and status of the last request sent in the conversation.

    One that was merged into another has the status of that other.
    """
    tickets = TicketRepository(session)
    ticket = await tickets.latest(conversation_id)
    if ticket is None:
        return None
    return {"reference": ticket.reference, "status": (await tickets.followed(ticket)).status}


class ConversationRecords:
    """What is kept of conversations, for their owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, conversation_id: str, token: str) -> dict[str, Any]:
        """Return the whole conversation, fit to be shown again."""
        async with self._database.sessions.begin() as session:
            conversation = await authenticate(session, conversation_id, token)
            items = await ConversationRepository(session).items(conversation_id)
            ticket = await ticket_of(session, conversation_id)
            territoire = (conversation.memory or {}).get("territoire") or {}
            greeting = {
                "seq": 0,
                "id": conversation.id,
                "author": "assistant",
                "created_at": conversation.created_at.isoformat(),
                "text": None,
                "payload": None,
                "turn": None,
                "messages": conversation.greeting,
            }
            return {
                "id": conversation.id,
                "created_at": conversation.created_at.isoformat(),
                "messages": [greeting, *visible_items(items)],
                "dialogue": {
                    "territoire_code": territoire.get("code"),
                    "territoire_type": territoire.get("type"),
                    "asks_for": conversation.expects,
                },
                "ticket": ticket,
                "last_seq": conversation.last_seq,
            }

    async def items_after(
        self, conversation_id: str, token: str, after: int
    ) -> tuple[list[Item], int]:
        """Return the raw items numbered above `after`, and the last number."""
        async with self._database.sessions.begin() as session:
            conversation = await authenticate(session, conversation_id, token)
            items = await ConversationRepository(session).items(conversation_id, after=after)
            return list(items), conversation.last_seq

    async def export(self, conversation_id: str, token: str) -> dict[str, Any]:
        """Return all that is kept about the conversation (RGPD, article 15)."""
        history = await self.history(conversation_id, token)
        async with self._database.sessions.begin() as session:
            conversation = await authenticate(session, conversation_id, token)
            opinions = await ConversationRepository(session).feedback(conversation_id)
            draft = await TicketRepository(session).draft(conversation_id)
            ticket = await TicketRepository(session).latest(conversation_id)
            return {
                **history,
                "site": conversation.site,
                "page_url": conversation.page_url,
                "memoire": conversation.memory,
                "avis": [
                    {"message": o.item_id, "useful": o.useful, "reason": o.reason}
                    | {"comment": o.comment, "resource_id": o.resource_id}
                    for o in opinions
                ],
                "demande_en_preparation": draft,
                "demande_envoyee": {
                    "reference": ticket.reference,
                    "status": ticket.status,
                    "besoin": ticket.besoin,
                    "nom": ticket.nom,
                    "courriel": ticket.courriel,
                    "telephone": ticket.telephone,
                }
                if ticket
                else None,
            }

    async def erase(self, conversation_id: str, token: str, *, erased: str) -> None:
        """Erase the conversation; its ticket keeps the anonymised case only (RGPD, article 17)."""
        async with self._database.sessions.begin() as session:
            await lock_conversation(session, conversation_id)
            await authenticate(session, conversation_id, token)
            await TicketRepository(session).forget_person(conversation_id, erased=erased)
            await ConversationRepository(session).erase(conversation_id)

    async def rate(self, conversation_id: str, token: str, item_id: str, **opinion: Any) -> None:
        """Keep the élu's opinion of a Turn."""
        async with self._database.sessions.begin() as session:
            await authenticate(session, conversation_id, token)
            repository = ConversationRepository(session)
            if await repository.turn(conversation_id, item_id) is None:
                raise Problem(404, "message_introuvable")
            opinion["comment"] = _clean(opinion.get("comment"))
            opinion["resource_id"] = _clean(opinion.get("resource_id"))
            await repository.save_feedback(item_id, **opinion)


def visible_items(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the items as the history shows them; a mere change of status travels apart."""
    return [
        item_json(item)
        for item in items
        if item.author != "systeme" or "messages" in (item.turn or {})
    ]


def item_json(item: Item) -> dict[str, Any]:
    """Return one item of the history."""
    written = item.author in ("conseiller", "elu")
    return {
        "seq": item.seq,
        "id": item.id,
        "author": item.author,
        "author_name": item.author_name,
        "created_at": item.created_at.isoformat(),
        "text": item.text,
        "payload": item.payload,
        "turn": None if written else item.turn,
        "messages": None,
        "channel": channel_of(item),
        "attachments": attachments_of(item),
    }


def _clean(value: str | None) -> str | None:
    return strip_invisible(value).strip() or None if value else None
