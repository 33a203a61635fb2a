"""SQL of the rewritten rules, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.regles.models import ReglesProposition, ReglesVersion

CHANNEL = "regles"
"""Every process hears there that other rules serve."""
WAITING = "attente"
_LOCK = "regles.decision"


@dataclass(frozen=True, slots=True)
class EnService:
    """The rules in service: number of the version (0: the product's), and its rewritten files."""

    version: int = 0
    fichiers: Mapping[str, str] = field(default_factory=dict)
    livres: Mapping[str, str] = field(default_factory=dict)


class ReglesRepository:
    """Reads and writes the rules through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Let one decision be taken at a time, until the end of the transaction."""
        statement = text("SELECT pg_advisory_xact_lock(hashtext(:name))")
        await self._session.execute(statement, {"name": _LOCK})

    async def in_service(self) -> EnService:
        """Return the rules in service."""
        query = select(ReglesVersion).order_by(ReglesVersion.id.desc()).limit(1)
        last = (await self._session.scalars(query)).first()
        return EnService(last.id, last.fichiers, last.livres) if last else EnService()

    async def versions(self, *, limit: int) -> Sequence[ReglesVersion]:
        """Return the last versions, the newest first."""
        query = select(ReglesVersion).order_by(ReglesVersion.id.desc()).limit(limit)
        return (await self._session.scalars(query)).all()

    async def version(self, number: int) -> ReglesVersion | None:
        """Return a version."""
        return await self._session.get(ReglesVersion, number)

    async def before(self, number: int) -> ReglesVersion | None:
        """Return the version that served before this one."""
        query = select(ReglesVersion).where(ReglesVersion.id < number)
        return (await self._session.scalars(query.order_by(ReglesVersion.id.desc()))).first()

    async def add_version(self, **values: Any) -> int:
        """Write the version in service from now on; every process is told at commit."""
        version = ReglesVersion(**values)
        self._session.add(version)
        await self._session.flush()
        await self._session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
        return version.id

    async def add(self, **values: Any) -> int:
        """Write a proposal; return its number."""
        proposal = ReglesProposition(**values)
        self._session.add(proposal)
        await self._session.flush()
        return proposal.id

    async def find(self, number: int) -> ReglesProposition | None:
        """Return a proposal."""
        return await self._session.get(ReglesProposition, number, populate_existing=True)

    async def waiting(self) -> Sequence[ReglesProposition]:
        """Return the proposals to decide upon, the oldest first."""
        query = select(ReglesProposition).where(ReglesProposition.etat == WAITING)
        return (await self._session.scalars(query.order_by(ReglesProposition.id))).all()

    async def decided(self, *, limit: int) -> Sequence[ReglesProposition]:
        """Return the proposals decided upon last, the newest first."""
        query = select(ReglesProposition).where(ReglesProposition.etat != WAITING)
        query = query.order_by(ReglesProposition.decide_le.desc()).limit(limit)
        return (await self._session.scalars(query)).all()

    async def decide(self, number: int, etat: str, who: str, *, answer: str | None = None) -> None:
        """Write what was decided of a proposal."""
        await self._session.execute(
            update(ReglesProposition)
            .where(ReglesProposition.id == number)
            .values(etat=etat, decide_par=who, decide_le=func.now(), reponse=answer)
        )
