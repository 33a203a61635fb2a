"""From the database to a ready index: read, embed what is new, keep the vectors."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from knowledge.resources import repository as resources
from knowledge.resources.resource import Resource, french_today
from knowledge.search import repository
from knowledge.search.encoder import Encoder
from knowledge.search.engine import ResourceIndex, SearchEngine, to_indexed_text
from knowledge.search.places import FindTerritoire
from knowledge.search.refresh import end_of
from knowledge.search.repository import EmbeddedField
from knowledge.search.synonym_service import read_synonyms
from knowledge.search.synonyms import Synonyms
from knowledge.search.vectors import EMBEDDED_CHARS, Progress, text_hash


class SearchIndexService:
    """Keeps a search engine up to date with the database."""

    def __init__(
        self,
        engine: SearchEngine,
        sessions: async_sessionmaker[AsyncSession],
        *,
        encoder: Encoder | None = None,
        find_territoire: FindTerritoire = lambda _ref: None,
        protected: frozenset[str] = frozenset(),
    ) -> None:
        """`protected` are folded words never respelt, such as the names of places."""
        self.engine = engine
        self._sessions = sessions
        self._encoder = encoder
        self._find_territoire = find_territoire
        self._protected = protected
        self._lock = asyncio.Lock()
        self._withdrawn: set[str] = set()

    def withdraw(self, resource_ids: Iterable[str]) -> None:
        """Show these resources no more, at once; the next index says of them what the base says."""
        self._withdrawn.update(resource_ids)
        self.engine.swap(without(self.engine.index, self._withdrawn))

    async def refresh(self, *, progress: Progress | None = None) -> datetime | None:
        """Rebuild the index off the event loop and swap it in.

        Returns the nearest end of validity or scheduled publication: when to rebuild.
        """
        async with self._lock:
            today, known = french_today(), set(self._withdrawn)
            async with self._sessions() as session:
                synonyms = await read_synonyms(session)
                # At once: all else of the index depends little on them, and takes longer.
                self.engine.swap(knowing(self.engine.index, synonyms))
                visible = await resources.list_visible(session, today=today)
                moment = await _next_moment(session, today)
                stored = await self._vectors(session)
            index = await self._build(visible, stored, synonyms, progress)
            # What was withdrawn while the index was being built is in it: it stays hidden.
            self._withdrawn -= known
            self.engine.swap(without(index, self._withdrawn))
            await self._keep_vectors(index)
        return moment

    async def candidate(
        self, resource: Resource | None = None, *, synonyms: Synonyms | None = None
    ) -> ResourceIndex:
        """Return the index as it would be; nothing is swapped.

        With this resource published, if one is given, and with these synonyms instead of its own.
        """
        changed = [resource] if resource else []
        ids = {each.id for each in changed}
        kept = [each for each in self.engine.index.resources if each.id not in ids]
        async with self._sessions() as session:
            stored = await self._vectors(session)
            synonyms = synonyms or await read_synonyms(session)
        return await self._build([*kept, *changed], stored, synonyms)

    async def _vectors(self, session: AsyncSession) -> Mapping[str, NDArray[np.float32]]:
        return await repository.read_vectors(session, self._encoder) if self._encoder else {}

    async def _build(
        self,
        visible: Sequence[Resource],
        stored: Mapping[str, NDArray[np.float32]],
        synonyms: Synonyms,
        progress: Progress | None = None,
    ) -> ResourceIndex:
        return await asyncio.to_thread(
            ResourceIndex.build,
            visible,
            encoder=self._encoder,
            stored=stored,
            find_territoire=self._find_territoire,
            protected=self._protected,
            synonyms=synonyms,
            progress=progress,
        )

    async def _keep_vectors(self, index: ResourceIndex) -> None:
        if self._encoder is None or not index.fresh_vectors:
            return
        try:
            async with self._sessions.begin() as session:
                fields = embedded_fields(index.resources)
                await repository.save_vectors(session, self._encoder, fields, index.fresh_vectors)
        except IntegrityError:
            # A resource was deleted since it was read: the next rebuild computes again and keeps.
            return


def knowing(index: ResourceIndex, synonyms: Synonyms) -> ResourceIndex:
    """Return an index that reads questions with these synonyms: nothing is built again."""
    repair = index.hybrid.repair.with_synonyms(synonyms)
    return replace(index, hybrid=replace(index.hybrid, repair=repair))


def without(index: ResourceIndex, withdrawn: Set[str]) -> ResourceIndex:
    """Return an index where some resources have expired: nothing is built again."""
    gone = [index.positions[each] for each in withdrawn if each in index.positions]
    if not gone:
        return index
    resources, expires = list(index.resources), index.facets.expires.copy()
    for position in gone:
        resources[position] = replace(resources[position], expires_on=date.min)
        expires[position] = np.datetime64(date.min)
    facets = replace(index.facets, expires=expires)
    return replace(index, resources=tuple(resources), facets=facets)


async def _next_moment(session: AsyncSession, today: date) -> datetime | None:
    expiry = await resources.next_expiry(session, today=today)
    publication = await resources.next_publication(session)
    moments = [publication, end_of(expiry) if expiry else None]
    return min((each for each in moments if each), default=None)


def embedded_fields(visible: Sequence[Resource]) -> Iterator[EmbeddedField]:
    """Yield the texts of resources that are embedded, as the index builder embeds them."""
    for resource in visible:
        text = to_indexed_text(resource)
        yield EmbeddedField(resource.id, "title", text_hash(text.title))
        yield EmbeddedField(resource.id, "body", text_hash(text.body[:EMBEDDED_CHARS]))
        for number, question in enumerate(text.questions, start=1):
            yield EmbeddedField(resource.id, f"question-{number}", text_hash(question))
