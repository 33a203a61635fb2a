"""Training asked for, then decided upon: promoted, refused, or gone back to a former model."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from api.entrainement.models import ModeleIntentions
from api.entrainement.porte import Porte, refusals
from api.entrainement.repository import TRAIN, InService, ModelRepository
from api.entrainement.store import ModelStore
from api.jobs.repository import JobRepository

CANDIDATE = "candidat"
PROMOTED = "promu"


class TrainingRefused(Exception):
    """What was asked cannot be done; `key` is that of a sentence."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class TrainingService:
    """The use cases within the transaction of one session; the caller commits."""

    def __init__(self, session: AsyncSession, store: ModelStore, porte: Porte) -> None:
        self._session = session
        self._models = ModelRepository(session)
        self._store = store
        self._porte = porte

    async def ask(self, who: str, *, seen: int) -> int:
        """Have a model trained; return its number. Raises TrainingRefused.

        `seen` is the version of the model in service that the page showed.
        """
        await self._models.lock()
        current = await self._models.in_service()
        if current.version != seen:
            raise TrainingRefused("change")
        await self._models.drop_abandoned()
        if await self._models.training() is not None:
            raise TrainingRefused("deja")
        model = await self._models.add(who)
        await JobRepository(self._session).add(TRAIN, {"modele": model.id}, dedupe=TRAIN)
        return model.id

    async def promote(self, number: int, who: str, *, serving: int | None) -> None:
        """Have every process understand with a candidate. Raises TrainingRefused.

        `serving` is the model that understands now, the shipped one (None) where it replaces a
        model that cannot be used: the candidate must have been compared with that one.
        """
        model = await self._candidate(number)
        if refusals(self._porte, model.rapport or {}):
            raise TrainingRefused("porte")
        if serving != model.compare_a:
            raise TrainingRefused("autre")
        await self._models.change(number, etat=PROMOTED)
        await self._models.decide(number, PROMOTED, who)
        await self._keep_few()

    async def refuse(self, number: int, who: str) -> None:
        """Refuse a candidate: its file goes, its figures stay. Raises TrainingRefused."""
        await self._candidate(number)
        await self._models.change(number, etat="refuse", garde=False)
        await self._models.decide(number, "refuse", who)
        self._store.remove(number)

    async def go_back(self, number: int | None, who: str) -> None:
        """Understand again with a model that served; None is the shipped one.

        Raises TrainingRefused.
        """
        await self._models.lock()
        current = await self._models.in_service()
        if current.number == number:
            raise TrainingRefused("deja_en_service")
        if number is not None:
            model = await self._models.find(number)
            if model is None or model.etat != PROMOTED or not model.garde:
                raise TrainingRefused("plus_garde")
        await self._models.decide(number, "retour", who)

    async def _candidate(self, number: int) -> ModeleIntentions:
        await self._models.lock()
        model = await self._models.find(number)
        if model is None or model.etat != CANDIDATE:
            raise TrainingRefused("decide")
        return model

    async def _keep_few(self) -> None:
        """Remove the files of the oldest models, never that in service nor one to decide upon."""
        current = await self._models.in_service()
        kept = [each for each in await self._models.kept() if each.etat == PROMOTED]
        others = [each for each in kept if each.id != current.number]
        for each in others[self._porte.modeles_gardes - 1 :]:
            await self._models.change(each.id, garde=False)
            self._store.remove(each.id)


def former(
    current: InService, served: Sequence[int | None], kept: Sequence[ModeleIntentions]
) -> int | None:
    """Return the model to go back to in one click: the last that served and can still; else None.

    None is the shipped one, always there.
    """
    usable = {each.id for each in kept} | {None}
    others = [each for each in served if each != current.number and each in usable]
    return others[0] if others else None
