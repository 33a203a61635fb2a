"""Identifiers made from titles."""

import re

from knowledge.resources.resource import ResourceType
from nlu.text import fold

_SLUG_LENGTH = 80


def make_identifier(kind: ResourceType, title: str) -> str:
    """Return an identifier made from a title, always the same for the same title.

    >>> make_identifier(ResourceType.OUTIL, "Réunion publique : l'animer")
    "outil-reunion-publique-l-animer"
    """
    words = re.findall(r"[a-z0-9]+", fold(title)) or ["sans", "titre"]
    slug = "-".join(words)[:_SLUG_LENGTH].strip("-")
    return f"{kind.value.replace('_', '-')}-{slug}"
