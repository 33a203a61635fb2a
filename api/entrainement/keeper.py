"""The intent classifier of one process: the one that staff chose, replaced while it serves."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from api.database import Database, psycopg_url
from api.entrainement.models import ModeleIntentions
from api.entrainement.repository import CHANNEL, InService, ModelRepository
from api.entrainement.store import Manifest, ModelStore, ModelUnusable, load_trained
from api.follow import Follower
from nlu.encoder import Encoder
from nlu.intents import IntentClassifier
from nlu.switch import SwitchableClassifier

logger = logging.getLogger(__name__)


class ModelKeeper:
    """Follows the model in service; falls back on the shipped one when its file cannot be used.

    `serving` is the number of the model that understands here (None: the shipped one); `trouble`
    says why it is not the one that was chosen: `absent`, `altere` or `perime`.
    """

    def __init__(
        self,
        database: Database,
        store: ModelStore,
        encoder: Encoder,
        shipped: IntentClassifier,
        *,
        swapped: Callable[[], None] = lambda: None,
    ) -> None:
        self.classifier = SwitchableClassifier(shipped)
        self.serving: int | None = None
        self.trouble: str | None = None
        self._known = False
        self.swapped = swapped
        self._shipped = shipped
        self._database = database
        self._store = store
        self._encoder = encoder
        # Now and then too: a file that was missing may come back.
        self.follower = Follower(psycopg_url(database.url), CHANNEL, self.load)

    async def load(self) -> None:
        """Understand with the model in service."""
        async with self._database.sessions() as session:
            current = await ModelRepository(session).in_service()
        if not self._known or current.number != self.serving or self.trouble is not None:
            await self._serve(current)
            self._known = True

    async def _serve(self, current: InService) -> None:
        await asyncio.to_thread(self._note, current)
        classifier, trouble = self._shipped, None
        if current.modele is not None:
            try:
                classifier = await asyncio.to_thread(self._read, current.modele)
            except ModelUnusable as unusable:
                trouble = unusable.reason
        if trouble and trouble != self.trouble:
            facts = {"modele": current.number, "reason": trouble}
            logger.error("model unusable, shipped one serves", extra=facts)
        self.serving = None if trouble else current.number
        self.trouble = trouble
        if classifier is not self.classifier.current:
            self.classifier.swap(classifier)
            self.swapped()

    def _note(self, current: InService) -> None:
        model = current.modele
        with contextlib.suppress(OSError):  # a process that may only read serves all the same
            self._store.note(
                Manifest(
                    model.id,
                    model.sha256 or "",
                    model.octets or 0,
                    model.environnement or "",
                    str(model.termine_le or ""),
                )
                if model
                else None
            )

    def _read(self, model: ModeleIntentions) -> IntentClassifier:
        return load_trained(
            self._store,
            self._encoder,
            model.id,
            model.sha256 or "",
            environment=model.environnement or "",
        )
