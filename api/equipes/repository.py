"""SQL of the teams and of the absences, and nothing else."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.comptes.models import Compte
from api.equipes.models import Absence, CompteEquipe

_NAME = "absences"


@dataclass(frozen=True, slots=True)
class Declared:
    """An absence, with the names of who is away and of their delegate."""

    absence: Absence
    nom: str
    delegue: str | None


class EquipeRepository:
    """Reads and writes who is in which team through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, compte_id: str) -> frozenset[str]:
        """Return the teams of an account; none means all."""
        query = select(CompteEquipe.equipe).where(CompteEquipe.compte_id == compte_id)
        return frozenset((await self._session.scalars(query)).all())

    async def all(self) -> dict[str, frozenset[str]]:
        """Return the teams of every account that has some."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for each in await self._session.scalars(select(CompteEquipe)):
            found[each.compte_id].add(each.equipe)
        return {compte_id: frozenset(teams) for compte_id, teams in found.items()}

    async def set(self, compte_id: str, equipes: Collection[str]) -> None:
        """Put an account in these teams, and in no other."""
        await self._session.execute(delete(CompteEquipe).where(CompteEquipe.compte_id == compte_id))
        if equipes:
            rows = [{"compte_id": compte_id, "equipe": each} for each in sorted(equipes)]
            await self._session.execute(insert(CompteEquipe), rows)


class AbsenceRepository:
    """Reads and writes absences through one session; those taken back are out of it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Let one transaction at a time declare: two people cannot choose each other at once."""
        await self._session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": _NAME}
        )

    async def add(self, absence: Absence) -> None:
        """Keep an absence."""
        self._session.add(absence)
        await self._session.flush()

    async def get(self, absence_id: int) -> Absence | None:
        """Return an absence, to be changed."""
        return await self._session.get(Absence, absence_id, with_for_update=True)

    async def between(self, compte_id: str, du: date, au: date) -> Sequence[Absence]:
        """Return the absences of someone that meet these days, the first one first."""
        query = select(Absence).where(
            Absence.compte_id == compte_id,
            Absence.du <= au,
            Absence.au >= du,
            Absence.retiree_le.is_(None),
        )
        return (await self._session.scalars(query.order_by(Absence.du, Absence.id))).all()

    async def from_day(self, day: date) -> list[Declared]:
        """Return the absences that are not over on a day, the first one first."""
        delegue = aliased(Compte)
        query = (
            select(Absence, Compte.nom, delegue.nom)
            .join(Compte, Compte.id == Absence.compte_id)
            .outerjoin(delegue, delegue.id == Absence.delegue_id)
            .where(Absence.au >= day, Absence.retiree_le.is_(None))
            .order_by(Absence.du, Compte.nom, Absence.id)
        )
        return [Declared(*row) for row in await self._session.execute(query)]

    async def withdraw(self, absence: Absence, *, now: datetime) -> None:
        """Take an absence back."""
        absence.retiree_le = now
        await self._session.flush()
