"""Rasa's only door: a loopback channel with a start-up token, fed with our own understanding.

It differs from Rasa's REST channel on three points: a Bearer token is required, the caller pushes
`parse_data` (so that Rasa never asks a NLU server), and failures are told instead of being hidden
behind an empty answer. Runs inside Rasa's own environment.
"""

import hmac
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse


class InternalChannel(InputChannel):
    """Receives `{"sender", "message", "parse_data", "message_id", "metadata"}`."""

    @classmethod
    def name(cls) -> str:
        return "interne"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "InternalChannel":
        return cls((credentials or {}).get("token"))

    def __init__(self, token: Optional[str]) -> None:
        if not token or token.startswith("${"):
            raise ValueError("ORIENTATION_INTERNAL_TOKEN manque : lancez « orientation serve ».")
        self._expected = f"Bearer {token}"

    def _refuses(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return not hmac.compare_digest(given.encode(), self._expected.encode())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        blueprint = Blueprint("interne", __name__)

        @blueprint.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if self._refuses(request):
                return response.json({"error": "unauthorized"}, status=401)
            body = request.json
            output = CollectingOutputChannel()
            message = UserMessage(
                body["message"],
                output,
                body["sender"],
                parse_data=body["parse_data"],
                input_channel=self.name(),
                message_id=body.get("message_id"),
                metadata=body.get("metadata"),
            )
            try:
                await on_new_message(message)
            except Exception as error:  # the caller degrades; the text must reach no log
                return response.json({"error": type(error).__name__}, status=500)
            return response.json(output.messages)

        @blueprint.route("/revive", methods=["POST"])
        async def revive(request: Request) -> HTTPResponse:
            """Close a turn that an action left open: without it the conversation stays mute."""
            if self._refuses(request):
                return response.json({"error": "unauthorized"}, status=401)
            agent = request.app.ctx.agent
            sender = request.json["sender"]
            async with agent.lock_store.lock(sender):
                tracker = await agent.tracker_store.retrieve(sender)
                if tracker is not None:
                    tracker.update(ActionExecuted("action_listen"))
                    await agent.tracker_store.save(tracker)
            return response.json({"status": "ok"})

        @blueprint.route("/renew", methods=["POST"])
        async def renew(request: Request) -> HTTPResponse:
            """Start a new session that keeps the slots: Rasa replays its events at each turn."""
            if self._refuses(request):
                return response.json({"error": "unauthorized"}, status=401)
            agent = request.app.ctx.agent
            sender = request.json["sender"]
            async with agent.lock_store.lock(sender):
                tracker = await agent.tracker_store.retrieve(sender)
                if tracker is not None and tracker.active_loop is None:
                    kept = [SlotSet(name, slot.value) for name, slot in tracker.slots.items()]
                    tracker.update(ActionExecuted("action_session_start"))
                    tracker.update(SessionStarted())
                    for event in kept:
                        tracker.update(event)
                    tracker.update(ActionExecuted("action_listen"))
                    await agent.tracker_store.save(tracker)
            return response.json({"status": "ok"})

        return blueprint
