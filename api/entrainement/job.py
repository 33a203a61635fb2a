"""The job that trains a model: a process of its own, its progress written as it goes."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.annotations.repository import DoubtRepository
from api.database import connect
from api.entrainement.entraineur import Actuel, Ordre
from api.entrainement.models import WAITING, ModeleIntentions
from api.entrainement.phrases import Lot, sort_out
from api.entrainement.porte import Porte
from api.entrainement.repository import InService, ModelRepository
from api.entrainement.store import ModelStore
from api.settings import ROOT, Settings

logger = logging.getLogger(__name__)
Told = Callable[[float], Awaitable[None]]
_LINE_BYTES = 16 * 1024 * 1024
_DOUBTED = 5_000


class TrainingFailed(Exception):
    """The process ended without a result."""


class TrainModel:
    """Trains the model of a job; what goes wrong is written on the model, for staff to read."""

    def __init__(self, settings: Settings, database_url: str, porte: Porte) -> None:
        self._settings = settings
        self._url = database_url
        self._porte = porte
        self._store = ModelStore(settings.trained_dir)

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Do it."""
        number = int(payload["modele"])
        models = ModelRepository(session)
        model = await models.find(number)
        if model is None or model.etat not in WAITING:
            return None
        current = await models.in_service()
        queue = DoubtRepository(session)
        doubted = await queue.to_read_again(limit=_DOUBTED)
        lot = await self._lot(models)
        order = self._order(number, current, lot, doubted)
        try:
            result = await self._train(number, order)
        except (TrainingFailed, OSError) as error:
            logger.error("training failed", extra={"modele": number, "error": type(error).__name__})  # noqa: TRY400 - a stack would hold sentences
            self._store.remove(number)
            await models.change(number, etat="echec", erreur="arret", termine_le=_now())
            return None
        await queue.note_readings(result.pop("desaccords"))
        result["rapport"]["apprises"]["phrases"] = lot.numbers
        await models.change(
            number,
            etat="candidat",
            avancement=100,
            termine_le=_now(),
            garde=True,
            **result,
        )
        return None

    async def _lot(self, models: ModelRepository) -> Lot:
        return await asyncio.to_thread(sort_out, await models.sentences())

    def _order(
        self,
        number: int,
        current: InService,
        lot: Lot,
        doubted: Sequence[tuple[str, str]],
    ) -> Ordre:
        serving = current.modele
        return Ordre(
            modele=number,
            dossier=self._settings.trained_dir,
            modeles_livres=self._settings.models_dir,
            ajoutees=tuple((each.text, each.intent) for each in lot.examples),
            douteux=tuple(doubted),
            phrases_par_intention=self._porte.phrases_par_intention,
            actuel=_known(serving) if serving else None,
        )

    async def _train(self, number: int, order: Ordre) -> dict[str, Any]:
        """Run the process; its progress is committed apart, for the page to show it."""
        database = connect(self._url, pool_size=1)
        try:

            async def told(share: float) -> None:
                async with database.sessions.begin() as session:
                    await ModelRepository(session).change(
                        number, etat="en_cours", avancement=int(100 * share)
                    )

            await told(0.0)
            return await run_process(order, told)
        finally:
            await database.close()


async def run_process(order: Ordre, told: Told) -> dict[str, Any]:
    """Train in a process of its own, that dies with the caller. Raises TrainingFailed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.entrainement.entraineur"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=_LINE_BYTES,
    )
    try:
        return await _follow(process, order, told)
    finally:
        # With its own child: the group is ours, whatever is left of it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _follow(process: asyncio.subprocess.Process, order: Ordre, told: Told) -> dict[str, Any]:
    assert process.stdin is not None  # noqa: S101 - asked for above
    assert process.stdout is not None  # noqa: S101 - asked for above
    process.stdin.write(order.model_dump_json().encode("utf-8"))
    await process.stdin.drain()
    process.stdin.close()
    async for line in process.stdout:
        fact = json.loads(line)
        if "resultat" in fact:
            result: dict[str, Any] = fact["resultat"]
            return result
        await told(float(fact["avancement"]))
    raise TrainingFailed


def _known(model: ModeleIntentions) -> Actuel:
    return Actuel(
        modele=model.id, sha256=model.sha256 or "", environnement=model.environnement or ""
    )


def _now() -> datetime:
    return datetime.now(UTC)
