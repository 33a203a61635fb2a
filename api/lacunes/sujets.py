"""What the page of a resource says of the subjects that it is written for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.lacunes.board import BoardRepository
from api.lacunes.fiches import FicheRepository
from api.lacunes.reposees import ReposeesRepository


@dataclass(frozen=True, slots=True)
class Sujet:
    """A subject as a resource tells it; `reste`: what still keeps it open, None when unknown."""

    numero: int
    libelle: str
    etat: str
    verifie_le: datetime | None
    reste: int | None


async def told_subjects(session: AsyncSession, resource_id: str) -> Sequence[Sujet]:
    """Return the subjects of a resource whose questions are not all gone."""
    groups = await FicheRepository(session).subjects(resource_id)
    labels = await BoardRepository(session).labels([each.id for each in groups]) if groups else {}
    asked = ReposeesRepository(session)
    told = [(each, await asked.compte(each.id)) for each in groups if each.id in labels]
    return [
        Sujet(
            numero=each.id,
            libelle=labels[each.id],
            etat=each.etat,
            verifie_le=each.verifie_le,
            reste=compte.reste if compte.connu else None,
        )
        for each, compte in told
    ]
