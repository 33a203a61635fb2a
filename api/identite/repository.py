"""SQL of the identities, and nothing else."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte, ProviderLink, ProviderVisit


class IdentityRepository:
    """Reads and writes identities through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def compte_of(self, issuer: str, subject: str) -> Compte | None:
        """Return the account that a provider knows under this subject."""
        query = select(Compte).join(ProviderLink, ProviderLink.compte_id == Compte.id)
        return await self._session.scalar(
            query.where(ProviderLink.issuer == issuer, ProviderLink.subject == subject)
        )

    async def link(self, link: ProviderLink) -> None:
        """Keep under which subject a provider knows an account."""
        self._session.add(link)
        await self._session.flush()

    async def unlink(self, compte_id: str, issuer: str) -> None:
        """Forget under which subject a provider knows an account."""
        of_account = (ProviderLink.compte_id == compte_id) & (ProviderLink.issuer == issuer)
        await self._session.execute(delete(ProviderLink).where(of_account))

    async def linked(self) -> set[str]:
        """Return the accounts that a provider knows."""
        return set((await self._session.execute(select(ProviderLink.compte_id))).scalars())

    async def expect(self, visit: ProviderVisit, *, since: datetime) -> None:
        """Keep who is awaited back; those awaited since before `since` are not any more."""
        await self._session.execute(delete(ProviderVisit).where(ProviderVisit.created_at < since))
        self._session.add(visit)
        await self._session.flush()

    async def arrive(
        self, state_hash: bytes, browser_hash: bytes, *, since: datetime
    ) -> ProviderVisit | None:
        """Take who was awaited with this state in this browser: they arrive once."""
        taken = await self._session.execute(
            delete(ProviderVisit)
            .where(
                ProviderVisit.state_hash == state_hash,
                ProviderVisit.browser_hash == browser_hash,
                ProviderVisit.created_at >= since,
            )
            .returning(ProviderVisit)
        )
        return taken.scalar_one_or_none()
