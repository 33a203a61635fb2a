"""What an item of a conversation carries besides its words."""

from typing import Any

from api.conversations.models import Item


def attachments_of(item: Item) -> list[dict[str, Any]]:
    """Return the files joined to an advisor's answer."""
    told = (item.turn or {}) if item.author == "conseiller" else {}
    joined: list[dict[str, Any]] = told.get("attachments", [])
    return joined
