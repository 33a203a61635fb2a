"""What élus thought of the answers, summed for the staff: no word, no name."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Row

from api.container import Container
from api.dependencies import get_container
from api.errors import Problem
from api.satisfaction.repository import Period, SatisfactionRepository
from api.tickets.auth import Actor, caller
from assistant.business_days import CELLULE

router = APIRouter(prefix="/api/v1/statistics", tags=["Statistiques"])

_NOTES = ("oui", "en_partie", "non")


@router.get("/satisfaction", summary="Lire la satisfaction, par thème et par orientation")
async def read_satisfaction(
    services: Annotated[Container, Depends(get_container)],
    actor: Annotated[Actor, Depends(caller)],
    since: Annotated[
        date | None, Query(description="Demandes traitées depuis ce jour (compris).")
    ] = None,
    until: Annotated[
        date | None, Query(description="Demandes traitées avant ce jour (non compris).")
    ] = None,
) -> dict[str, Any]:
    """« demandes » : à combien la question a été posée ; « reponses » : combien ont répondu. Une
    demande compte dans chacun de ses thèmes."""
    if since and until and since >= until:
        raise Problem(422, "periode_inversee")
    period = Period(_midnight(since), _midnight(until))
    async with services.database.sessions.begin() as session:
        repository = SatisfactionRepository(session)
        return {
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "total": _counts(await repository.total(period)),
            "by_theme": [
                {"theme": row.name, **_counts(row)} for row in await repository.by_theme(period)
            ],
            "by_route": [
                {"route": row.name, **_counts(row)} for row in await repository.by_route(period)
            ],
        }


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=CELLULE.zone) if day else None


def _counts(row: Row[Any]) -> dict[str, int]:
    notes = {note: int(getattr(row, note)) for note in _NOTES}
    return {"demandes": int(row.demandes), "reponses": sum(notes.values()), **notes}
