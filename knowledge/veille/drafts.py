"""From an entry of a feed to a draft: its source is kept, its text stays to be written."""

import hashlib
import re
from datetime import date

from knowledge.resources.resource import Resource, ResourceType, Source
from knowledge.veille.feed import Entry, Feed

_TITLE, _SUMMARY, _NAME = 90, 300, 160
_KEY_LENGTH = 12
VEILLE_ID = "^[a-z-]+-veille-[0-9a-f]+$"
"""What names a draft that a feed gave, for Python and for PostgreSQL."""
IS_VEILLE = re.compile(VEILLE_ID)


def draft_of(entry: Entry, feed: Feed, *, kind: ResourceType, today: date) -> Resource:
    """Return the draft of an entry; the same address always gives the same identifier."""
    key = hashlib.sha256(entry.url.encode("utf-8", "replace")).hexdigest()[:_KEY_LENGTH]
    published = entry.published_on if entry.published_on and entry.published_on <= today else None
    return Resource(
        id=f"{kind.value.replace('_', '-')}-veille-{key}",
        type=kind,
        title=_cut(entry.title, _TITLE),
        summary=_cut(entry.summary, _SUMMARY),
        body="",
        sources=(
            Source(
                name=_cut(feed.title, _NAME),
                url=entry.url,
                published_on=published,
                consulted_on=today,
            ),
        ),
    )


def _cut(text: str, length: int) -> str:
    """Return the beginning of a text, at a word's end; « < » would be read as HTML."""
    text = text.replace("<", "‹").replace(">", "›")
    if len(text) <= length:
        return text
    return text[: length - 1].rpartition(" ")[0] + "…" if " " in text else text[: length - 1] + "…"
