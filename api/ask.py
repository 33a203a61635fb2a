"""One question from the terminal, through the same chain as the web (without its server)."""

from typing import Any

import httpx2

from api.conversations.service import check_message
from api.serve import running
from api.settings import Settings


async def ask_once(settings: Settings, question: str) -> dict[str, Any]:
    """Open a conversation, ask, erase it; return the Turn."""
    async with running(settings, _silent) as parts:
        container = parts.container
        if parts.rasa is not None:
            async with httpx2.AsyncClient() as client:
                await parts.rasa.wait_ready(client)
        conversation_id, token = await container.conversations.open(
            greeting=[], site="terminal", page_url=None, territoire_code=None
        )
        message = check_message(question, None, None)
        turn = await container.chat.answer(conversation_id, token, message, key=None)
        await container.records.erase(
            conversation_id, token, erased=container.replies.render("donnees.efface")
        )
        await container.database.close()
        return turn


def _silent(sentence: str) -> None:
    """The terminal shows the answer only."""
