"""What an item of a conversation carries besides its words."""

from typing import Any

from api.conversations.models import Item


def attachments_of(item: Item) -> list[dict[str, Any]]:
    """Return the files joined to an advisor's answer, or to an answer that came by mail."""
    told = (item.turn or {}) if item.author in ("conseiller", "elu") else {}
    joined: list[dict[str, Any]] = told.get("attachments", [])
    return joined


def channel_of(item: Item) -> str | None:
    """Return by which way the élu's words came, when they were not written here: `courriel`."""
    found: str | None = (item.turn or {}).get("channel") if item.author == "elu" else None
    return found
