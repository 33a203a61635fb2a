"""The life of a conversation: nothing that an élu writes is lost, one turn at a time."""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import Conversation
from api.conversations.records import authenticate, hash_token, ticket_of
from api.conversations.repository import ConversationRepository
from api.database import Database, lock_conversation
from api.errors import Problem, not_found, wrong_field
from api.tickets.desk import TicketDesk
from api.tickets.repository import TicketRepository
from assistant.engine import Assistant, Incoming
from assistant.memory import Memory, TerritoireRetenu
from assistant.payloads import Payload, UnknownPayload, parse_payload
from nlu.text import strip_invisible

MAX_TEXT = 4000
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Received:
    """A checked message: a text, or a button."""

    text: str
    payload: Payload | None = None
    raw_payload: str | None = None


def check_message(text: str | None, payload: str | None, label: str | None) -> Received:
    """Return the message fit to be kept and understood, or raise a Problem saying what to mend."""
    if (text is None) == (payload is None):
        raise Problem(422, "message_vide" if text is None else "texte_ou_bouton")
    if payload is not None:
        try:
            parsed = parse_payload(payload)
        except UnknownPayload:
            raise Problem(422, "bouton_inconnu") from None
        return Received(strip_invisible(label or "").strip(), parsed, payload)
    cleaned = strip_invisible(text or "").strip()
    if not cleaned:
        raise Problem(422, "message_vide", extra={"longueur": 0})
    if len(cleaned) > MAX_TEXT:
        raise Problem(
            422, "message_trop_long", longueur=len(cleaned), extra={"longueur": len(cleaned)}
        )
    return Received(cleaned)


class ConversationService:
    """Use cases of the conversations."""

    def __init__(
        self,
        database: Database,
        assistant: Assistant,
        *,
        messages_per_minute: int | None,
        erased: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._assistant = assistant
        self._limit = messages_per_minute
        self._erased = erased
        self._now = now

    async def open(
        self,
        *,
        greeting: list[dict[str, Any]],
        site: str | None,
        page_url: str | None,
        territoire_code: str | None,
    ) -> tuple[str, str]:
        """Open a conversation; return its id and its token."""
        conversation_id, token = str(uuid.uuid4()), secrets.token_urlsafe(32)
        memory = Memory(territoire=self._known_territoire(territoire_code))
        async with self._database.sessions.begin() as session:
            await ConversationRepository(session).add(
                Conversation(
                    id=conversation_id,
                    token_hash=hash_token(token),
                    site=_clean(site),
                    page_url=_clean(page_url),
                    greeting=greeting,
                    memory=memory.to_slots(),
                )
            )
        return conversation_id, token

    def _known_territoire(self, code: str | None) -> TerritoireRetenu | None:
        if not code:
            return None
        found = self._assistant.services.knowledge.territoires.resolve(code.strip())
        if found is None:
            raise wrong_field("territoire_code", "territoire_inconnu")
        return TerritoireRetenu(found.type, found.code, found.nom, found.departement)

    async def post(
        self, conversation_id: str, token: str, message: Received, *, key: str | None
    ) -> dict[str, Any]:
        """Receive a message and return its Turn.

        The message is committed first; whatever dies afterwards, sending it again with the same
        key (or reading the history) finds it.
        """
        item_id = await self._receive(conversation_id, token, message, key=key)
        return await self._answer(conversation_id, item_id, message)

    async def _receive(
        self, conversation_id: str, token: str, message: Received, *, key: str | None
    ) -> str:
        async with self._database.sessions.begin() as session:
            repository = ConversationRepository(session)
            await authenticate(session, conversation_id, token)
            if key:  # the same message sent twice at once: the second waits, then finds the first
                await lock_conversation(session, f"{conversation_id}/{key}")
            known = await repository.keyed(conversation_id, key) if key else None
            if known is None:
                await self._check_rate(repository, conversation_id)
                # The ticket before the conversation, as advisors lock them: no deadlock.
                await TicketDesk(session, now=self._now).elu_wrote(conversation_id)
                return await self._keep(repository, conversation_id, message, key=key)
            if (known.text or "", known.payload) != (message.text, message.raw_payload):
                raise Problem(422, "cle_reutilisee")
            return known.id

    async def _keep(
        self,
        repository: ConversationRepository,
        conversation_id: str,
        message: Received,
        *,
        key: str | None,
    ) -> str:
        item_id = str(uuid.uuid4())
        await repository.add_item(
            conversation_id,
            id=item_id,
            author="elu",
            text=message.text,
            payload=message.raw_payload,
            idempotency_key=key,
        )
        return item_id

    async def _check_rate(self, repository: ConversationRepository, conversation_id: str) -> None:
        if self._limit is None:
            return
        recent = await repository.recent_messages(conversation_id, self._now() - _MINUTE)
        if len(recent) >= self._limit:
            wait = max(1, int((recent[-self._limit] + _MINUTE - self._now()).total_seconds()) + 1)
            raise Problem(
                429, "trop_de_messages", secondes=wait, headers={"Retry-After": str(wait)}
            )

    async def _answer(
        self, conversation_id: str, item_id: str, message: Received
    ) -> dict[str, Any]:
        async with self._database.sessions.begin() as session:
            await lock_conversation(session, conversation_id)
            known = await ConversationRepository(session).answer_to(item_id)
            if known is not None and known.turn is not None:
                return known.turn
            conversation = await session.get(Conversation, conversation_id)
            if conversation is None:  # erased meanwhile
                raise not_found()
            return await self._turn(session, conversation, item_id, message)

    async def _turn(
        self, session: AsyncSession, conversation: Conversation, item_id: str, message: Received
    ) -> dict[str, Any]:
        tour = conversation.tour + 1
        incoming = Incoming(
            conversation_id=conversation.id,
            message_id=item_id,
            tour=tour,
            text=message.text,
            payload=message.payload,
            expects=conversation.expects,
        )
        result = await self._assistant.answer(incoming, Memory.from_slots(conversation.memory))
        turn_id = str(uuid.uuid4())
        turn = {"id": turn_id, **result.body, "ticket": await ticket_of(session, conversation.id)}
        repository = ConversationRepository(session)
        if result.body["erased"]:  # said once, kept nowhere
            await TicketRepository(session).forget_person(conversation.id, erased=self._erased)
            await repository.erase(conversation.id)
            return turn
        await repository.add_item(
            conversation.id, id=turn_id, author="assistant", turn=turn, reply_to=item_id
        )
        await repository.save_memory(
            conversation.id,
            memory={**result.memory.to_slots(), "tour": tour},
            expects=result.body["dialogue"]["question"],
            tour=tour,
        )
        return turn


def _clean(value: str | None) -> str | None:
    return strip_invisible(value).strip() or None if value else None
