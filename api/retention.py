"""What was promised about duration is done every day, by a job; see `api/vie_privee`."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api.backup.last import erase_backups
from api.database import Database
from api.jobs.repository import JobRepository
from api.postgres_log import forget_lines, log_of
from api.vie_privee.conservation import Conservation
from api.vie_privee.echeances import ECHEANCES
from api.vie_privee.models import Passage

logger = logging.getLogger(__name__)
RETAIN = "conservation"
_DAY = timedelta(days=1)
_AFTER_FAILURE = timedelta(hours=1)
_SAUVEGARDES = "sauvegardes"
_JOURNAUX = "journaux"


async def erase_old(
    session: AsyncSession,
    conservation: Conservation,
    *,
    erased: str,
    data_dir: Path | None = None,
    dry_run: bool = False,
) -> dict[str, int]:
    """Erase what is past its term; return how many of each kind.

    `dry_run` leaves the back-ups; to leave the database, undo the transaction.
    """
    effaces = {
        kind: await erase(session, conservation.of(kind).duree.age, erased)
        for kind, erase in ECHEANCES.items()
    }
    if data_dir is not None:
        age = conservation.of(_SAUVEGARDES).duree.age
        effaces[_SAUVEGARDES] = erase_backups(data_dir, datetime.now(UTC) - age, dry_run=dry_run)
        if not dry_run:
            age = conservation.of(_JOURNAUX).duree.age
            with suppress(PermissionError):  # the log of another user must not stop the rest
                forget_lines(log_of(data_dir), datetime.now(UTC) - age)
    if not dry_run:
        session.add(Passage(effaces=effaces))
        await session.flush()
    return effaces


async def rehearse(
    database: Database, conservation: Conservation, *, erased: str, data_dir: Path
) -> dict[str, int]:
    """Return what would be erased now: all is done, counted, then undone."""
    async with database.sessions() as session:
        try:
            return await erase_old(
                session, conservation, erased=erased, data_dir=data_dir, dry_run=True
            )
        finally:
            await session.rollback()


async def schedule_retention(database: Database) -> None:
    """Have the erasure done at once, then every day; by one process, whatever their number."""
    async with database.sessions.begin() as session:
        await JobRepository(session).add(RETAIN, {}, dedupe=RETAIN)


class Retain:
    """The handler of the daily job. Whatever goes wrong, it is tried again within the hour."""

    def __init__(
        self,
        conservation: Conservation,
        *,
        erased: str,
        data_dir: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._conservation = conservation
        self._erased = erased
        self._data_dir = data_dir
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime:
        """Erase what is past its term; return when to do it again."""
        try:
            async with session.begin_nested():
                await erase_old(
                    session, self._conservation, erased=self._erased, data_dir=self._data_dir
                )
        except (OperationalError, InterfaceError):
            raise
        except (SQLAlchemyError, OSError) as error:
            logger.warning("retention postponed", extra={"error": type(error).__name__})
            return self._now() + _AFTER_FAILURE
        return self._now() + _DAY
