"""SQL of the second factor, and nothing else."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import RecoveryCode, SecondFactor


class FactorRepository:
    """Reads and writes second factors through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, compte_id: str, *, lock: bool = False) -> SecondFactor | None:
        """Return the one-time codes of an account; `lock`: until the end of the transaction."""
        return await self._session.get(SecondFactor, compte_id, with_for_update=lock or None)

    async def is_confirmed(self, compte_id: str) -> bool:
        """Tell whether the account has a second factor."""
        query = select(SecondFactor.compte_id).where(
            SecondFactor.compte_id == compte_id, SecondFactor.confirmed_at.is_not(None)
        )
        return await self._session.scalar(query) is not None

    async def confirmed(self) -> dict[str, datetime]:
        """Return since when each account has a second factor."""
        query = select(SecondFactor.compte_id, SecondFactor.confirmed_at)
        rows = await self._session.execute(query.where(SecondFactor.confirmed_at.is_not(None)))
        return {compte_id: at for compte_id, at in rows if at is not None}

    async def add(self, factor: SecondFactor) -> None:
        """Keep a secret to be confirmed."""
        self._session.add(factor)
        await self._session.flush()

    async def remove(self, compte_id: str) -> bool:
        """Forget the second factor of an account and its recovery codes; tell if it had one."""
        await self._session.execute(delete(RecoveryCode).where(RecoveryCode.compte_id == compte_id))
        removed = await self._session.execute(
            delete(SecondFactor)
            .where(SecondFactor.compte_id == compte_id)
            .returning(SecondFactor.compte_id)
        )
        return removed.scalar_one_or_none() is not None

    async def replace_codes(self, compte_id: str, hashes: Iterable[bytes]) -> None:
        """Put new recovery codes in place of those there were."""
        await self._session.execute(delete(RecoveryCode).where(RecoveryCode.compte_id == compte_id))
        rows = [{"compte_id": compte_id, "code_hash": each} for each in hashes]
        await self._session.execute(insert(RecoveryCode), rows)

    async def use_code(self, compte_id: str, code_hash: bytes, *, at: datetime) -> bool:
        """Use a recovery code; False when it does not exist or was used."""
        used = await self._session.execute(
            update(RecoveryCode)
            .where(
                RecoveryCode.compte_id == compte_id,
                RecoveryCode.code_hash == code_hash,
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=at)
            .returning(RecoveryCode.compte_id)
        )
        return used.scalar_one_or_none() is not None

    async def codes_left(self, compte_id: str) -> int:
        """Return how many recovery codes were not used."""
        query = select(func.count()).select_from(RecoveryCode)
        left = await self._session.scalar(
            query.where(RecoveryCode.compte_id == compte_id, RecoveryCode.used_at.is_(None))
        )
        return left or 0
