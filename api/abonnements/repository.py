"""SQL of the weekly mails: who receives them, and what there is to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.abonnements.models import Abonnement, Genre
from api.comptes.models import Compte
from api.lacunes.models import LacuneGroupe
from api.veille.repository import FluxRepository
from knowledge.resources.filters import RecordFilter
from knowledge.resources.models import ResourceRow
from knowledge.resources.resource import ResourceState
from knowledge.veille.drafts import VEILLE_ID

SOON = timedelta(days=30)
_NEW = timedelta(days=7)
_SHOWN = 8
_PUBLISHED = (ResourceState.PUBLIE,)


@dataclass(frozen=True, slots=True)
class Line:
    """A resource of the mail, and the day that counts for it."""

    id: str
    title: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The first resources of a part of the mail, and how many there are in all."""

    total: int = 0
    lines: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What there is to say of the base this week; `flux`: how many feeds cannot be read."""

    late: Part
    expiring: Part
    dead_links: Part
    veille: Part
    gaps: int
    flux: int = 0

    def __bool__(self) -> bool:
        parts = (self.late, self.expiring, self.dead_links, self.veille)
        return self.gaps > 0 or self.flux > 0 or any(each.total for each in parts)


class AbonnementRepository:
    """Reads and writes through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, compte_id: str) -> dict[Genre, bool]:
        """Return what an account said of each kind of mail; nothing of those it said nothing of."""
        found = await self._session.scalars(
            select(Abonnement).where(Abonnement.compte_id == compte_id)
        )
        return {Genre(each.genre): each.actif for each in found}

    async def choose(self, compte_id: str, genre: Genre, *, actif: bool) -> None:
        """Keep what an account said; one that no longer exists has nothing to say."""
        if await self._session.get(Compte, compte_id) is None:
            return
        said = insert(Abonnement).values(compte_id=compte_id, genre=genre, actif=actif)
        await self._session.execute(
            said.on_conflict_do_update(
                index_elements=["compte_id", "genre"], set_={"actif": said.excluded.actif}
            )
        )

    async def hold(self, compte_id: str, genre: Genre) -> Abonnement:
        """Return what an account said, held until the end of the transaction; yes if nothing."""
        unsaid = insert(Abonnement).values(compte_id=compte_id, genre=genre, actif=True)
        await self._session.execute(unsaid.on_conflict_do_nothing())
        key = (compte_id, genre)
        return await self._session.get_one(Abonnement, key, with_for_update=True)

    async def subscribers(self) -> list[str]:
        """Return the accounts that asked for the digest."""
        query = select(Abonnement.compte_id).join(Compte, Compte.id == Abonnement.compte_id)
        asked = query.where(Abonnement.genre == Genre.DIGEST, Abonnement.actif)
        return list(await self._session.scalars(asked.where(Compte.disabled_at.is_(None))))

    async def late_owners(self, today: date) -> list[str]:
        """Return the accounts that answer for a published resource due for review."""
        late = RecordFilter(states=_PUBLISHED, late=True, today=today).condition
        owners = select(func.lower(ResourceRow.owner)).where(late, ResourceRow.owner.is_not(None))
        query = select(Compte.id).where(
            Compte.disabled_at.is_(None), func.lower(Compte.nom).in_(owners)
        )
        return list(await self._session.scalars(query))

    async def digest(self, now: datetime, today: date) -> Digest:
        """Return what there is to say of the base."""
        published = RecordFilter(states=_PUBLISHED, today=today).condition
        soon = ResourceRow.expires_on.between(today, today + SOON)
        new = ResourceRow.id.regexp_match(VEILLE_ID) & (ResourceRow.created_at > now - _NEW)
        drafts = RecordFilter(states=(ResourceState.BROUILLON,), today=today).condition
        dead = RecordFilter(states=_PUBLISHED, dead_link=True, today=today).condition
        gaps = select(func.count(LacuneGroupe.id)).where(LacuneGroupe.etat == "ouverte")
        return Digest(
            late=await self.late(today),
            expiring=await self._part(published & soon, ResourceRow.expires_on),
            dead_links=await self._part(dead),
            veille=await self._part(drafts & new),
            gaps=await self._session.scalar(gaps) or 0,
            flux=await FluxRepository(self._session).failing(),
        )

    async def late(self, today: date, *, owner: str | None = None) -> Part:
        """Return what is published and due for review, of one owner or of all."""
        late = RecordFilter(states=_PUBLISHED, late=True, today=today).condition
        if owner is not None:
            late &= func.lower(ResourceRow.owner) == owner.lower()
        return await self._part(late, ResourceRow.review_on)

    async def _part(
        self, condition: ColumnElement[bool], day: InstrumentedAttribute[date | None] | None = None
    ) -> Part:
        total = await self._session.scalar(select(func.count(ResourceRow.id)).where(condition))
        columns = (
            ResourceRow.id,
            ResourceRow.title,
            ResourceRow.updated_at if day is None else day,
        )
        query = select(*columns).where(condition).order_by(columns[2], ResourceRow.id)
        rows = (await self._session.execute(query.limit(_SHOWN))).all()
        lines = [Line(row[0], row[1], None if day is None else row[2]) for row in rows]
        return Part(total or 0, lines)
