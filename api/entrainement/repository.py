"""SQL of the models and of what was decided of them, and nothing else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.entrainement.models import WAITING, ModeleDecision, ModeleIntentions
from api.jobs.models import Job
from api.lacunes.models import PhraseApprise

CHANNEL = "modeles"
"""Every process hears there that another model serves."""

TRAIN = "modeles.entrainer"
_SERVES = ("promu", "retour")
_LOCK = "modeles.decision"


@dataclass(frozen=True, slots=True)
class InService:
    """The model in service: its row (None: the shipped one), and the decision that put it there.

    `version` is the number of that decision, 0 when nothing was ever decided.
    """

    modele: ModeleIntentions | None = None
    decision: ModeleDecision | None = None

    @property
    def version(self) -> int:
        """Grows at each change of model."""
        return self.decision.id if self.decision else 0

    @property
    def number(self) -> int | None:
        """Number of the model, None for the shipped one."""
        return self.modele.id if self.modele else None


class ModelRepository:
    """Reads and writes the models through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Let one decision be taken at a time, until the end of the transaction."""
        statement = text("SELECT pg_advisory_xact_lock(hashtext(:name))")
        await self._session.execute(statement, {"name": _LOCK})

    async def find(self, number: int) -> ModeleIntentions | None:
        """Return a model by its number."""
        return await self._session.get(ModeleIntentions, number, populate_existing=True)

    async def add(self, who: str) -> ModeleIntentions:
        """Write a model to train."""
        model = ModeleIntentions(demande_par=who, etat="attente")
        self._session.add(model)
        await self._session.flush()
        return model

    async def training(self) -> ModeleIntentions | None:
        """Return the model that is waiting or being trained, if any."""
        query = select(ModeleIntentions).where(ModeleIntentions.etat.in_(WAITING))
        return (await self._session.scalars(query.limit(1))).first()

    async def drop_abandoned(self) -> None:
        """Give up the models that no job trains any more."""
        works = exists().where(Job.kind == TRAIN, Job.failed_at.is_(None))
        await self._session.execute(
            update(ModeleIntentions)
            .where(ModeleIntentions.etat.in_(WAITING), ~works)
            .values(etat="echec", erreur="interrompu", termine_le=func.now())
        )

    async def change(self, number: int, **values: Any) -> None:
        """Change a model."""
        await self._session.execute(
            update(ModeleIntentions).where(ModeleIntentions.id == number).values(**values)
        )

    async def models(self, *, limit: int) -> Sequence[ModeleIntentions]:
        """Return the last models asked for, the newest first."""
        query = select(ModeleIntentions).order_by(ModeleIntentions.id.desc()).limit(limit)
        return (await self._session.scalars(query)).all()

    async def kept(self) -> Sequence[ModeleIntentions]:
        """Return the models whose file is kept, the newest first."""
        query = select(ModeleIntentions).where(ModeleIntentions.garde)
        return (await self._session.scalars(query.order_by(ModeleIntentions.id.desc()))).all()

    async def in_service(self) -> InService:
        """Return the model in service."""
        decision = (await self._session.scalars(_serving().limit(1))).first()
        if decision is None:
            return InService()
        if decision.modele_id is None:
            return InService(None, decision)
        return InService(await self.find(decision.modele_id), decision)

    async def served_before(self) -> tuple[int | None, ...]:
        """Return the models that served, the last first, each once; None is the shipped one."""
        found = [each.modele_id for each in await self._session.scalars(_serving())]
        return tuple(dict.fromkeys([*found, None]))

    async def decisions(self, *, limit: int) -> Sequence[ModeleDecision]:
        """Return what was decided last, the newest first."""
        query = select(ModeleDecision).order_by(ModeleDecision.id.desc()).limit(limit)
        return (await self._session.scalars(query)).all()

    async def decide(self, number: int | None, gesture: str, who: str) -> None:
        """Write a decision; every process is told at commit when another model serves."""
        self._session.add(ModeleDecision(modele_id=number, geste=gesture, par=who))
        await self._session.flush()
        if gesture in _SERVES:
            await self.tell()

    async def sentences(
        self, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[PhraseApprise]:
        """Return the sentences that staff gave an intent, the newest first."""
        query = select(PhraseApprise).order_by(PhraseApprise.id.desc()).offset(offset)
        return (await self._session.scalars(query.limit(limit))).all()

    async def sentences_of(self, numbers: Collection[int]) -> Sequence[PhraseApprise]:
        """Return the sentences of these numbers that are still kept."""
        query = select(PhraseApprise).where(PhraseApprise.id.in_(numbers))
        return (await self._session.scalars(query)).all()

    async def tell(self) -> None:
        """Have every process look again, at commit, at the model in service."""
        await self._session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})

    async def remove_sentences(self, ids: Collection[int]) -> int:
        """Forget sentences; return how many there were."""
        found = await self._session.scalars(select(PhraseApprise).where(PhraseApprise.id.in_(ids)))
        gone = list(found)
        for each in gone:
            await self._session.delete(each)
        return len(gone)


def _serving() -> Select[ModeleDecision]:
    query = select(ModeleDecision).where(ModeleDecision.geste.in_(_SERVES))
    return query.order_by(ModeleDecision.id.desc())
