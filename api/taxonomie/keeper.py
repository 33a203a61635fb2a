"""Has one process recognise the themes and explain the acronyms as staff want."""

import asyncio
from collections.abc import Mapping

from api.database import Database, psycopg_url
from api.follow import Follower
from assistant.sources import Knowledge, Sigle
from knowledge.search.sigles import SIGLES_CHANNEL, read_sigles, told
from knowledge.search.theme_service import THEMES_CHANNEL, read_added
from nlu.pipeline import Understander


class ThemeKeeper:
    """Teaches the understanding what staff add to the themes, at once when they change it."""

    def __init__(self, database: Database, understander: Understander) -> None:
        self._database = database
        self._understander = understander
        self._taught: Mapping[str, tuple[str, ...]] = {}
        self.follower = Follower(psycopg_url(database.url), THEMES_CHANNEL, self.load)

    async def load(self) -> None:
        """Recognise the themes as they are kept."""
        async with self._database.sessions() as session:
            added = await read_added(session)
        if added != self._taught:
            await asyncio.to_thread(self._understander.teach_themes, added)
            self._taught = added


class SigleKeeper:
    """Explains the acronyms as staff write them, at once when they change one."""

    def __init__(self, database: Database, knowledge: Knowledge) -> None:
        self._database = database
        self._knowledge = knowledge
        self.follower = Follower(psycopg_url(database.url), SIGLES_CHANNEL, self.load)

    async def load(self) -> None:
        """Explain the acronyms as they are kept."""
        async with self._database.sessions() as session:
            entries = told(await read_sigles(session))
        self._knowledge.sigles = {
            key: Sigle(each.sigle, each.developpe, each.explication, each.source_url)
            for key, each in entries.items()
        }
