"""SQL of the feeds that are read every day, and nothing else."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.veille.models import Flux


class FluxRepository:
    """Reads and writes feeds through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, url: str, *, kind: str, title: str) -> int | None:
        """Keep a feed; return its number, None when it is kept already."""
        statement = insert(Flux).values(url=url, type=kind, titre=title)
        found: int | None = await self._session.scalar(
            statement.on_conflict_do_nothing(index_elements=["url"]).returning(Flux.id)
        )
        return found

    async def all(self) -> Sequence[Flux]:
        """Return every feed, in the order of their titles."""
        return (await self._session.scalars(select(Flux).order_by(Flux.titre, Flux.id))).all()

    async def count(self) -> int:
        """Return how many there are."""
        return await self._session.scalar(select(func.count(Flux.id))) or 0

    async def get(self, number: int) -> Flux | None:
        """Return a feed, to be changed."""
        return await self._session.get(Flux, number, with_for_update=True)

    async def drop(self, number: int) -> None:
        """Read a feed no more; none is no error. Its drafts stay."""
        await self._session.execute(delete(Flux).where(Flux.id == number))

    async def failing(self) -> int:
        """Return how many feeds the last reading could not read."""
        query = select(func.count(Flux.id)).where(Flux.refus.is_not(None))
        return await self._session.scalar(query) or 0

    async def note(
        self,
        flux: Flux,
        *,
        now: datetime,
        refus: str | None = None,
        statut: int | None = None,
        brouillons: int = 0,
        reunies: int = 0,
    ) -> None:
        """Keep what a reading gave."""
        flux.lu_le, flux.refus, flux.statut = now, refus, statut
        flux.brouillons += brouillons
        flux.reunies += reunies
        await self._session.flush()
