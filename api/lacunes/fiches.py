"""SQL of the resources written for the subjects of the gap board, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.lacunes.board import OPEN_STATES
from api.lacunes.models import LacuneFiche, LacuneGroupe
from knowledge.resources.models import ResourceRow
from knowledge.resources.resource import ResourceState, french_today


@dataclass(frozen=True, slots=True)
class Fiche:
    """A resource written for a subject; `etat` is that of the text under way, if there is one.

    `prevue_le`: when that text is to be published, if that is planned.
    """

    id: str
    titre: str
    etat: ResourceState
    par: str
    depuis: datetime
    en_ligne: bool
    prevue_le: datetime | None


class FicheRepository:
    """Reads and writes through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def link(self, resource_id: str, number: int, *, par: str) -> None:
        """Say that a resource is written for a subject, which is then in hand; none is no error."""
        known = await self._session.scalar(
            select(LacuneGroupe.id).where(LacuneGroupe.id == number).with_for_update()
        )
        if known is None:
            return
        statement = insert(LacuneFiche).values(resource_id=resource_id, groupe_id=number, par=par)
        await self._session.execute(statement.on_conflict_do_nothing())
        await self._session.execute(
            update(LacuneGroupe)
            .where(LacuneGroupe.id == number, LacuneGroupe.etat.in_(OPEN_STATES))
            .values(etat="en_cours", etat_par=par, etat_le=func.now())
        )

    async def of_subject(self, number: int) -> Sequence[Fiche]:
        """Return the resources of a subject, the oldest link first, deleted ones aside."""
        row = ResourceRow
        planned = row.publish_at > func.now()
        online = (row.state == ResourceState.PUBLIE) & ~func.coalesce(planned, False)
        valid = row.expires_on.is_(None) | (row.expires_on >= french_today())
        query = (
            select(
                row.id,
                row.title,
                func.coalesce(row.revision_state, row.state),
                LacuneFiche.par,
                LacuneFiche.at,
                online & valid,
                func.coalesce(row.revision_at, case((planned, row.publish_at))),
            )
            .join(LacuneFiche, LacuneFiche.resource_id == row.id)
            .where(LacuneFiche.groupe_id == number, row.deleted_at.is_(None))
            .order_by(LacuneFiche.at, row.id)
        )
        found = await self._session.execute(query)
        return [
            Fiche(
                id=id_,
                titre=title,
                etat=ResourceState(state),
                par=par,
                depuis=at,
                en_ligne=online,
                prevue_le=when,
            )
            for id_, title, state, par, at, online, when in found
        ]

    async def subjects(self, resource_id: str) -> Sequence[LacuneGroupe]:
        """Return the subjects that a resource is written for."""
        query = select(LacuneGroupe).join(LacuneFiche, LacuneFiche.groupe_id == LacuneGroupe.id)
        query = query.where(LacuneFiche.resource_id == resource_id).order_by(LacuneGroupe.id)
        return (await self._session.scalars(query)).all()
