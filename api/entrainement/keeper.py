"""The intent classifier of one process: the one that staff chose, replaced while it serves."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from api.database import Database, psycopg_url
from api.entrainement.models import ModeleIntentions
from api.entrainement.repository import CHANNEL, InService, ModelRepository
from api.entrainement.store import Manifest, ModelStore, ModelUnusable, load_trained
from nlu.encoder import Encoder
from nlu.intents import IntentClassifier
from nlu.switch import SwitchableClassifier

logger = logging.getLogger(__name__)
_RETRY_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 60.0


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
        self.swapped = swapped
        self._shipped = shipped
        self._database = database
        self._url = psycopg_url(database.url)
        self._store = store
        self._encoder = encoder
        self._task: asyncio.Task[None] | None = None

    async def load(self) -> None:
        """Understand with the model in service."""
        async with self._database.sessions() as session:
            current = await ModelRepository(session).in_service()
        if current.number != self.serving or self.trouble is not None:
            await self._serve(current)

    def start(self) -> None:
        """Follow the choices of staff in the background."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

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

    async def _follow(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")  # constant
                    await self._hear(connection)
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                logger.warning("models deaf", extra={"error": type(error).__name__})
            await asyncio.sleep(_RETRY_SECONDS)

    async def _hear(self, connection: psycopg.AsyncConnection[object]) -> None:
        """Load at each word; and now and then while a file is missing: it may come back."""
        while True:
            await self.load()
            async for _ in connection.notifies(timeout=_LOOK_AGAIN_SECONDS, stop_after=1):
                pass
