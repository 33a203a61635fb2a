"""Veille: the entries of a feed become drafts, each once; what two feeds announce, one draft."""

from dataclasses import dataclass, replace
from functools import partial

from rapidfuzz import fuzz, process
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources import records
from knowledge.resources.content import MAX_SOURCES
from knowledge.resources.editing import EditorialService
from knowledge.resources.problems import ContentRefused
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import (
    Resource,
    ResourceState,
    ResourceType,
    Source,
    french_today,
)
from knowledge.search.duplicates import plain_address
from knowledge.veille.drafts import IS_VEILLE, draft_of
from knowledge.veille.feed import Feed
from nlu.text import fold

SAME_TITLE = 92.0
"""From this likeness of two titles, out of 100, two entries announce the same thing."""
_MIN_WORDS = 4


@dataclass(frozen=True, slots=True)
class VeilleReport:
    """What became of the entries: new drafts, pages already cited, entries refused (address).

    `merged` are the pages that another feed's draft announces too: they became sources of it.
    """

    created: tuple[ResourceRecord, ...]
    known: tuple[str, ...]
    refused: tuple[str, ...]
    merged: tuple[str, ...] = ()


async def import_feed(
    session: AsyncSession, editing: EditorialService, feed: Feed, *, kind: ResourceType
) -> VeilleReport:
    """Create the drafts of what no resource cites yet, deleted ones included.

    An entry whose title is that of a draft of the veille that waits is joined to it, as a source.
    """
    created: list[ResourceRecord] = []
    known: list[str] = []
    refused: list[str] = []
    merged: list[str] = []
    waiting = await _waiting(session)
    for entry in feed.entries:
        draft = draft_of(entry, feed, kind=kind, today=french_today())
        cited = await records.citing(session, [plain_address(entry.url)])
        if cited or await records.find(session, draft.id) is not None:
            known.append(entry.url)
            continue
        while (twin := _twin(draft, waiting)) is not None and await _is_full(editing, twin):
            del waiting[twin]
        try:
            if twin is not None:
                await editing.edit(twin, partial(_join, draft.sources), version=None)
                merged.append(entry.url)
                continue
            created.append(await editing.create(draft))
            waiting[draft.id] = fold(draft.title)
        except ContentRefused:  # an address that is not public, for instance
            refused.append(entry.url)
    return VeilleReport(tuple(created), tuple(known), tuple(refused), tuple(merged))


async def _waiting(session: AsyncSession) -> dict[str, str]:
    """Return the folded titles of the drafts of the veille that nobody has submitted yet."""
    return {
        id_: fold(title)
        for id_, (title, state) in (await records.titles(session)).items()
        if state is ResourceState.BROUILLON and IS_VEILLE.fullmatch(id_)
    }


def _twin(draft: Resource, waiting: dict[str, str]) -> str | None:
    """Return the draft that says the same; a short title, « Agenda », says too little to know."""
    title = fold(draft.title)
    if len(title.split()) < _MIN_WORDS:
        return None
    found = process.extractOne(
        title, waiting, scorer=fuzz.token_sort_ratio, score_cutoff=SAME_TITLE
    )
    return str(found[2]) if found else None


async def _is_full(editing: EditorialService, twin: str) -> bool:
    return len((await editing.read(twin)).working.sources) >= MAX_SOURCES


def _join(sources: tuple[Source, ...], present: Resource) -> Resource:
    return replace(present, sources=(*present.sources, *sources))
