"""Veille: the entries of a feed become drafts, each once."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources import records
from knowledge.resources.editing import EditorialService
from knowledge.resources.problems import ContentRefused
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import ResourceType, french_today
from knowledge.search.duplicates import plain_address
from knowledge.veille.drafts import draft_of
from knowledge.veille.feed import Feed


@dataclass(frozen=True, slots=True)
class VeilleReport:
    """What became of the entries: new drafts, pages already cited, entries refused (address)."""

    created: tuple[ResourceRecord, ...]
    known: tuple[str, ...]
    refused: tuple[str, ...]


async def import_feed(
    session: AsyncSession, editing: EditorialService, feed: Feed, *, kind: ResourceType
) -> VeilleReport:
    """Create the drafts of what no resource cites yet, deleted ones included."""
    created: list[ResourceRecord] = []
    known: list[str] = []
    refused: list[str] = []
    for entry in feed.entries:
        draft = draft_of(entry, feed, kind=kind, today=french_today())
        cited = await records.citing(session, [plain_address(entry.url)])
        if cited or await records.find(session, draft.id) is not None:
            known.append(entry.url)
            continue
        try:
            created.append(await editing.create(draft))
        except ContentRefused:  # an address that is not public, for instance
            refused.append(entry.url)
    return VeilleReport(tuple(created), tuple(known), tuple(refused))
