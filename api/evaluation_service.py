"""A whole service of its own for an evaluation: a database thrown away, the real chain, no web."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from api.container import Container
from api.conversations.service import check_message
from api.serve import running
from api.settings import Settings


@asynccontextmanager
async def throwaway_service(settings: Settings) -> AsyncIterator[Container]:
    """Start database, dialogue and understanding apart; only the trained models are shared."""
    models = settings.models_dir
    models.mkdir(parents=True, exist_ok=True)
    # A short path: a Unix socket's name is limited to about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="eval-", dir="/tmp") as directory:
        (Path(directory) / "modeles").symlink_to(models.resolve())
        apart = settings.model_copy(
            update={
                "data_dir": Path(directory),
                "database_url": None,
                "rasa_url": None,
                "smtp_url": None,
                "internal_port": 0,
                "api_key": None,
            }
        )
        async with running(apart, _silent) as parts:
            if parts.rasa is not None:
                async with httpx2.AsyncClient() as client:
                    await parts.rasa.wait_ready(client)
            try:
                yield parts.container
            finally:
                await parts.container.database.close()


@dataclass(slots=True)
class Elu:
    """One conversation; `last` is the last Turn."""

    container: Container
    id: str
    token: str
    last: dict[str, Any] = field(default_factory=dict)

    @classmethod
    async def arrive(cls, container: Container) -> "Elu":
        """Open a conversation."""
        id_, token = await container.conversations.open(
            greeting=[], site="evaluation", page_url=None, territoire_code=None
        )
        return cls(container, id_, token)

    async def say(self, text: str) -> dict[str, Any]:
        """Send a text and return the Turn."""
        return await self._send(text=text)

    async def press(self, payload: str, label: str = "") -> dict[str, Any]:
        """Press a button and return the Turn."""
        return await self._send(payload=payload, label=label)

    async def _send(
        self, *, text: str | None = None, payload: str | None = None, label: str | None = None
    ) -> dict[str, Any]:
        message = check_message(text, payload, label)
        self.last = await self.container.chat.answer(self.id, self.token, message, key=None)
        return self.last


def _silent(sentence: str) -> None:
    """An evaluation shows its figures only."""
