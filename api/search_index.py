"""The search engine of one process: loaded at start, kept fresh by the database."""

from api.database import Database, psycopg_url
from knowledge.listening import Background
from knowledge.resources.resource import Resource
from knowledge.search.engine import ResourceIndex, SearchEngine
from knowledge.search.places import FindTerritoire
from knowledge.search.refresh import IndexRefresher
from knowledge.search.service import SearchIndexService
from knowledge.search.synonyms import Synonyms
from nlu.encoder import Encoder


class SearchIndexKeeper:
    """Owns the engine, its first loading and the task that keeps it fresh.

    `protected` words (names of territories) are never respelt in a question.
    """

    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        *,
        find_territoire: FindTerritoire,
        protected: frozenset[str],
    ) -> None:
        self.engine = SearchEngine()
        self._service = SearchIndexService(
            self.engine,
            database.sessions,
            encoder=encoder,
            find_territoire=find_territoire,
            protected=protected,
        )
        self._refresher = IndexRefresher(
            psycopg_url(database.url), self._service.refresh, withdraw=self._service.withdraw
        )
        self._background = Background()

    @property
    def size(self) -> int:
        """Number of resources that can be found."""
        return self.engine.size

    async def load(self) -> None:
        """Read the base and index it."""
        await self._service.refresh()

    async def candidate(
        self, resource: Resource | None = None, *, synonyms: Synonyms | None = None
    ) -> ResourceIndex:
        """Return the index as it would be with this resource published, or these synonyms."""
        return await self._service.candidate(resource, synonyms=synonyms)

    def start(self) -> None:
        """Listen to changes in the background."""
        self._background.start(self._refresher.run())

    async def catch_up(self) -> bool:
        """Return once this process finds what was just committed; False when it will be later."""
        return await self._refresher.catch_up()

    async def stop(self) -> None:
        """Stop listening."""
        await self._background.stop()
