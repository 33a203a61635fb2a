"""The orientation rules of one process: those that staff published, replaced while it serves."""

import asyncio
import logging
from collections.abc import Sequence

from api.database import Database, psycopg_url
from api.follow import Follower
from api.regles.repository import CHANNEL, EnService, ReglesRepository
from assistant.sources import Knowledge
from knowledge.orientation.jeu import read_set
from knowledge.orientation.problemes import ReglesInvalides
from knowledge.orientation.regle import Regle

logger = logging.getLogger(__name__)


class ReglesKeeper:
    """Follows the rules in service; falls back on the product's when they cannot be read.

    `serving` is the version that orients here (0: the product's); `trouble` is true when the last
    one published cannot be read by this version of the product.
    """

    def __init__(self, database: Database, knowledge: Knowledge) -> None:
        self.serving = 0
        self.trouble = False
        self._known = 0
        self._database = database
        self._knowledge = knowledge
        self._shipped: Sequence[Regle] = tuple(knowledge.regles)
        self.follower = Follower(psycopg_url(database.url), CHANNEL, self.load)

    async def load(self) -> None:
        """Orient by the rules in service."""
        async with self._database.sessions() as session:
            current = await ReglesRepository(session).in_service()
        if current.version != self._known:
            await self._serve(current)
            self._known = current.version

    async def _serve(self, current: EnService) -> None:
        try:
            regles: Sequence[Regle] = await asyncio.to_thread(read_set, current.fichiers)
            self.trouble = False
        except ReglesInvalides:
            logger.error("rules unusable, shipped ones serve", extra={"version": current.version})  # noqa: TRY400 - a stack adds nothing
            regles, self.trouble = self._shipped, True
        self._knowledge.regles = regles
        self.serving = 0 if self.trouble else current.version
