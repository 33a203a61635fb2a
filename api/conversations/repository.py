"""SQL of the conversations, and nothing else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import Conversation, Feedback, Item

CHANNEL = "conversation_events"
_BATCH = 1000


class ConversationRepository:
    """Reads and writes conversations through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, conversation: Conversation) -> None:
        """Keep a new conversation."""
        self._session.add(conversation)
        await self._session.flush()

    async def get(self, conversation_id: str, token_hash: bytes) -> Conversation | None:
        """Return the conversation that this token opens."""
        return (
            await self._session.execute(
                select(Conversation).where(
                    Conversation.id == conversation_id, Conversation.token_hash == token_hash
                )
            )
        ).scalar_one_or_none()

    async def of_token(self, token_hash: bytes) -> Conversation | None:
        """Return the conversation that this token opens, its id unknown."""
        return (
            await self._session.execute(
                select(Conversation).where(Conversation.token_hash == token_hash)
            )
        ).scalar_one_or_none()

    async def next_seq(self, conversation_id: str) -> int:
        """Reserve the number of the next item."""
        return (
            await self._session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(last_seq=Conversation.last_seq + 1, last_seen_at=func.now())
                .returning(Conversation.last_seq)
            )
        ).scalar_one()

    async def add_item(self, conversation_id: str, **values: Any) -> int:
        """Append an item; return its number. Listeners are told at commit."""
        seq = await self.next_seq(conversation_id)
        await self._session.execute(
            insert(Item).values(conversation_id=conversation_id, seq=seq, **values)
        )
        await self._session.execute(
            text("SELECT pg_notify(:channel, :id)"), {"channel": CHANNEL, "id": conversation_id}
        )
        return seq

    async def keyed(self, conversation_id: str, key: str) -> Item | None:
        """Return the message already received under this idempotency key."""
        return await self._one(Item.conversation_id == conversation_id, Item.idempotency_key == key)

    async def answer_to(self, item_id: str) -> Item | None:
        """Return the Turn that answers a message."""
        return await self._one(Item.reply_to == item_id)

    async def turn(self, conversation_id: str, item_id: str) -> Item | None:
        """Return a Turn of this conversation by its id."""
        return await self._one(
            Item.conversation_id == conversation_id,
            Item.id == item_id,
            Item.author == "assistant",
        )

    async def _one(self, *conditions: Any) -> Item | None:
        return (await self._session.execute(select(Item).where(*conditions))).scalar_one_or_none()

    async def items(self, conversation_id: str, *, after: int = 0) -> Sequence[Item]:
        """Return the items numbered above `after`, in order."""
        query = (
            select(Item)
            .where(Item.conversation_id == conversation_id, Item.seq > after)
            .order_by(Item.seq)
        )
        return (await self._session.execute(query)).scalars().all()

    async def recent_messages(self, conversation_id: str, since: datetime) -> Sequence[datetime]:
        """Return when the élu's messages of the last moments came, oldest first."""
        query = (
            select(Item.created_at)
            .where(
                Item.conversation_id == conversation_id,
                Item.author == "elu",
                Item.created_at >= since,
            )
            .order_by(Item.created_at)
        )
        return (await self._session.execute(query)).scalars().all()

    async def save_memory(
        self, conversation_id: str, *, memory: dict[str, Any], expects: str | None, tour: int
    ) -> None:
        """Keep what the conversation remembers after a turn."""
        await self._session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(memory=memory, expects=expects, tour=tour)
        )

    async def save_feedback(self, item_id: str, **values: Any) -> None:
        """Keep the élu's opinion of a Turn; the last one replaces the others."""
        statement = upsert(Feedback).values(item_id=item_id, **values)
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["item_id"], set_=values)
        )

    async def feedback(self, conversation_id: str) -> Sequence[Feedback]:
        """Return every opinion given in the conversation."""
        query = (
            select(Feedback)
            .join(Item, Item.id == Feedback.item_id)
            .where(Item.conversation_id == conversation_id)
        )
        return (await self._session.execute(query)).scalars().all()

    async def erase(self, *conversation_ids: str) -> None:
        """Erase conversations, and what the dialogue engine remembers of them."""
        ids = list(conversation_ids)
        known = await self._session.scalar(text("SELECT to_regclass('rasa.events')"))
        if known:
            await self._session.execute(
                text("DELETE FROM rasa.events WHERE sender_id = ANY(:ids)"), {"ids": ids}
            )
        await self._session.execute(delete(Conversation).where(Conversation.id.in_(ids)))

    async def erase_older_than(self, age: timedelta) -> int:
        """Erase the conversations silent for longer than `age`; return how many."""
        old = select(Conversation.id).where(Conversation.last_seen_at < func.now() - age)
        erased = 0
        while ids := (await self._session.execute(old.limit(_BATCH))).scalars().all():
            await self.erase(*ids)
            erased += len(ids)
        return erased
