"""Talks to Rasa: pushes the message with its understanding, reads back the parts of the turn."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

import httpx2

from assistant.ports import DialogueUnavailable, Exchange
from assistant.turn import Part

TIMEOUT_SECONDS = 8.0
# A long conversation slows Rasa down (it replays its events): a fresh session keeps the slots.
SESSION_TURNS = 12


class DialogueEngine(Protocol):
    """Decides what to do with an understood message, and does it through the actions."""

    async def exchange(self, exchange: Exchange) -> tuple[Part, ...]:
        """Return the parts of the turn. Raises DialogueUnavailable."""

    async def ready(self) -> bool:
        """Tell whether the engine answers."""


@dataclass(slots=True)
class RasaEngine:
    """The HTTP client of our own Rasa channel (assistant/rasa/channel.py)."""

    url: str
    token: str
    client: httpx2.AsyncClient

    async def exchange(self, exchange: Exchange) -> tuple[Part, ...]:
        """Send one message; a mute or failing engine raises, so that the turn degrades."""
        if exchange.memory.tour and exchange.memory.tour % SESSION_TURNS == 0:
            await self._renew_session(exchange)
        answers = await self._post("webhook", _body(exchange))
        failed = [a["custom"]["echec"] for a in answers if "echec" in a.get("custom", {})]
        parts = tuple(
            Part.from_json(a["custom"]["part"]) for a in answers if "part" in a.get("custom", {})
        )
        if failed:
            raise DialogueUnavailable(f"action: {failed[0]}")
        if not parts:
            await self._revive(exchange.conversation_id)
            raise DialogueUnavailable("mute")
        return parts

    async def ready(self) -> bool:
        """Tell whether the channel answers."""
        try:
            response = await self.client.get(f"{self.url}/webhooks/interne/", timeout=2.0)
        except httpx2.HTTPError:
            return False
        return response.status_code == httpx2.codes.OK

    async def _renew_session(self, exchange: Exchange) -> None:
        """Start a new Rasa session unless a form is under way."""
        await self._post("renew", {"sender": exchange.conversation_id})

    async def _revive(self, conversation_id: str) -> None:
        """Close the turn that an action left open; without it every later turn stays mute."""
        await self._post("revive", {"sender": conversation_id})

    async def _post(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            response = await self.client.post(
                f"{self.url}/webhooks/interne/{path}",
                content=json.dumps(body, ensure_ascii=False).encode(),
                headers={
                    "Authorization": f"Bearer {self.token}",
                    "Content-Type": "application/json",
                },
                timeout=TIMEOUT_SECONDS,
            )
        except httpx2.HTTPError as error:
            late = isinstance(error, httpx2.TimeoutException)
            raise DialogueUnavailable(type(error).__name__, lost=not late) from None
        if response.status_code != httpx2.codes.OK:
            raise DialogueUnavailable(f"status {response.status_code}")
        answer = response.json()
        return answer if isinstance(answer, list) else []


def _body(exchange: Exchange) -> dict[str, Any]:
    return {
        "sender": exchange.conversation_id,
        "message": exchange.text,
        "message_id": exchange.message_id,
        "metadata": exchange.metadata,
        "parse_data": {
            "text": exchange.text,
            "intent": {"name": exchange.intent, "confidence": exchange.confidence},
            "entities": list(exchange.entities),
        },
    }
