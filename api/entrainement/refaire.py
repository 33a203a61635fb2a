"""Makes the promoted model again after a restoration: a back-up holds sentences, not models."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.database import connect
from api.entrainement.entraineur import Ordre
from api.entrainement.job import TrainingFailed, run_process
from api.entrainement.models import ModeleIntentions
from api.entrainement.phrases import sort_out
from api.entrainement.porte import Porte, refusals
from api.entrainement.repository import ModelRepository
from api.entrainement.store import ModelStore, ModelUnusable
from api.jobs.repository import JobRepository
from api.lacunes.models import PhraseApprise
from api.settings import Settings

logger = logging.getLogger(__name__)
REDO = "modeles.refaire"


async def plan_redo(settings: Settings, url: str) -> int | None:
    """Have the model in service made again when its file is not here; return its number."""
    database = connect(url, pool_size=1)
    try:
        async with database.sessions.begin() as session:
            model = (await ModelRepository(session).in_service()).modele
            if model is None or _has_file(ModelStore(settings.trained_dir), model):
                return None
            await JobRepository(session).add(REDO, {"modele": model.id}, dedupe=REDO)
            return model.id
    finally:
        await database.close()


class RedoModel:
    """Trains the model in service again with the sentences that it had learnt and are still kept.

    The gate judges it again, against the shipped model that serves meanwhile.
    """

    def __init__(self, settings: Settings, porte: Porte) -> None:
        self._settings = settings
        self._porte = porte
        self._store = ModelStore(settings.trained_dir)

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Do it."""
        models = ModelRepository(session)
        model = (await models.in_service()).modele
        if model is None or model.id != payload["modele"] or _has_file(self._store, model):
            return None
        lot = sort_out(await _learnt(models, model))
        order = Ordre(
            modele=model.id,
            dossier=self._settings.trained_dir,
            modeles_livres=self._settings.models_dir,
            ajoutees=tuple((each.text, each.intent) for each in lot.examples),
            phrases_par_intention=self._porte.phrases_par_intention,
        )
        result = await self._train(order)
        if result is None:
            return None
        result["rapport"]["apprises"]["phrases"] = lot.numbers
        await models.change(model.id, garde=True, **result)
        await models.tell()
        return None

    async def _train(self, order: Ordre) -> dict[str, Any] | None:
        """Return what the database keeps of the model; None when it could not, or must not."""
        try:
            result = await run_process(order, _say_nothing)
        except (TrainingFailed, OSError) as error:
            facts = {"modele": order.modele, "error": type(error).__name__}
            logger.error("model not made again", extra=facts)  # noqa: TRY400 - a stack would hold sentences
            self._store.remove(order.modele)
            return None
        result.pop("desaccords")
        if refusals(self._porte, result["rapport"]):
            logger.warning("model made again, refused", extra={"modele": order.modele})
            self._store.remove(order.modele)
            return None
        return result


def _has_file(store: ModelStore, model: ModeleIntentions) -> bool:
    try:
        store.read(model.id, model.sha256 or "")
    except ModelUnusable:
        return False
    return True


async def _learnt(models: ModelRepository, model: ModeleIntentions) -> Sequence[PhraseApprise]:
    """Return the sentences that a model had learnt, all those kept when nothing says which."""
    numbers = (model.rapport or {}).get("apprises", {}).get("phrases")
    return await (models.sentences() if numbers is None else models.sentences_of(numbers))


async def _say_nothing(_share: float) -> None:
    return None
