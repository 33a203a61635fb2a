"""Turns and requests to a human, as the web door sees them: measured, once, in order."""

import time
from dataclasses import dataclass
from typing import Any

from api.conversations.handover import apply_edits
from api.conversations.records import authenticate
from api.conversations.schemas import Handover
from api.conversations.service import ConversationService, Received
from api.database import Database
from api.errors import Problem, wrong_field
from api.metrics import Metrics
from api.tickets.service import TicketService
from assistant.payloads import parse_payload
from assistant.ports import DemandeIncomplete
from assistant.replies import Replies
from assistant.sources import Knowledge

MAX_KEY = 200


@dataclass(slots=True)
class Chat:
    """Answers messages and carries requests to a human."""

    database: Database
    conversations: ConversationService
    replies: Replies
    knowledge: Knowledge
    themes: frozenset[str]
    metrics: Metrics

    async def answer(
        self, conversation_id: str, token: str, message: Received, *, key: str | None
    ) -> dict[str, Any]:
        """Return the Turn for a message, and count it; an empty key is no key."""
        return await self._answer(conversation_id, token, message, key=_checked(key))

    async def _answer(
        self, conversation_id: str, token: str, message: Received, *, key: str | None
    ) -> dict[str, Any]:
        start = time.perf_counter()
        turn = await self.conversations.post(conversation_id, token, message, key=key)
        self.metrics.turn_seconds.observe(time.perf_counter() - start)
        route = (turn["orientation"] or {}).get("route", "")
        self.metrics.turns.labels(turn["outcome"], turn["understanding"]["intent"], route).inc()
        return turn

    async def handover(
        self, conversation_id: str, token: str, edits: Handover, *, key: str | None
    ) -> dict[str, Any]:
        """Open, edit or send the request; each returns a Turn."""
        key = _checked(key)
        if edits.envoyer and not edits.consentement:
            raise wrong_field("consentement", "consentement")
        opened = await self._is_open(conversation_id, token)
        if not opened and not (edits.envoyer and await self._was_sent(conversation_id)):
            alone = not edits.envoyer and not edits.model_fields_set - {"envoyer", "consentement"}
            opening = key if alone else _step(key, "ouverture")
            turn = await self._press(conversation_id, token, "/parler_conseiller", key=opening)
            if alone:
                return turn
        if not edits.envoyer:
            await self._edit(conversation_id, edits)
            return await self._press(conversation_id, token, "/parler_conseiller", key=key)
        await self._send(conversation_id, edits)
        return await self._press(
            conversation_id, token, "/demande_envoyee", key=_step(key, "envoi")
        )

    async def _is_open(self, conversation_id: str, token: str) -> bool:
        async with self.database.sessions.begin() as session:
            await authenticate(session, conversation_id, token)
            return await TicketService(session).draft(conversation_id) is not None

    async def _was_sent(self, conversation_id: str) -> bool:
        async with self.database.sessions.begin() as session:
            return await TicketService(session).latest(conversation_id) is not None

    async def _edit(self, conversation_id: str, edits: Handover) -> None:
        async with self.database.sessions.begin() as session:
            tickets = TicketService(session)
            draft = await tickets.locked_draft(conversation_id)
            if draft is not None:
                edited = apply_edits(draft, edits, knowledge=self.knowledge, themes=self.themes)
                await tickets.save_draft(conversation_id, edited)

    async def _send(self, conversation_id: str, edits: Handover) -> None:
        """Edit and send in one transaction: a double click finds the request already sent."""
        try:
            async with self.database.sessions.begin() as session:
                tickets = TicketService(session)
                draft = await tickets.locked_draft(conversation_id)
                if draft is not None:
                    edited = apply_edits(draft, edits, knowledge=self.knowledge, themes=self.themes)
                    await tickets.save_draft(conversation_id, edited)
                await tickets.send_draft(conversation_id)
        except DemandeIncomplete as error:
            await self._edit(conversation_id, edits)
            labels = self.replies.table("manquants")
            names = ", ".join(labels[name] for name in error.missing)
            raise Problem(
                422, "demande_incomplete", manquants=names, extra={"champs": list(error.missing)}
            ) from None
        self.metrics.tickets.inc()

    async def _press(
        self, conversation_id: str, token: str, payload: str, *, key: str | None
    ) -> dict[str, Any]:
        """Tell the dialogue what the page did, as a button: the conversation stays whole."""
        parsed = parse_payload(payload)
        label = self.replies.table("boutons").get(parsed.name, "")
        message = Received(label, parsed, payload)
        return await self._answer(conversation_id, token, message, key=key)


def _checked(key: str | None) -> str | None:
    if key is not None and len(key) > MAX_KEY:
        raise Problem(422, "cle_trop_longue")
    return key or None


def _step(key: str | None, step: str) -> str | None:
    """Opening, then editing or sending, are two messages of one call: each has its own key."""
    return f"{key}:{step}" if key else None
