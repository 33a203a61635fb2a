"""The candidates for a projet partagé, for advisors; the guard logs who reads them."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.container import Container
from api.dependencies import get_container
from api.errors import Problem, wrong_field
from api.projets_partages.service import Lieu, ThemeCandidats, find_candidates, load_mention
from knowledge.projets_partages.groupes import Groupe

router = APIRouter(prefix="/api/v1/projets-partages", tags=["Demandes"])
DEFAULT_PERIOD = timedelta(days=180)


@router.get("/candidats", summary="Collectivités qui demandent conseil sur le même thème")
async def list_candidates(
    services: Annotated[Container, Depends(get_container)],
    *,
    depuis: Annotated[
        datetime | None, Query(description="Début de la période ; par défaut, 180 jours.")
    ] = None,
    jusque: Annotated[
        datetime | None, Query(description="Fin de la période ; par défaut, maintenant.")
    ] = None,
    theme: Annotated[str | None, Query(max_length=60, description="Un seul thème.")] = None,
    departement: Annotated[str | None, Query(max_length=3)] = None,
    region: Annotated[
        str | None, Query(max_length=3, description="Code de la région : 76, 84, 04.")
    ] = None,
) -> dict[str, Any]:
    """Des groupes de trois à cinq, proches ou comparables, avec les chiffres et les règles."""
    until = _aware(jusque or services.clock.now())
    since = _aware(depuis) if depuis else until - DEFAULT_PERIOD
    if since >= until:
        raise Problem(422, "periode_inversee")
    lieu = _lieu(services, departement, region)
    async with services.database.sessions.begin() as session:
        found = await find_candidates(
            session,
            services.knowledge.territoires,
            since=since,
            until=until,
            theme=theme,
            lieu=lieu,
        )
    mention, regles = load_mention()
    return {
        "periode": {"depuis": since.isoformat(), "jusque": until.isoformat()},
        "items": [_theme_json(each) for each in found],
        "mention": mention,
        "regles": list(regles),
    }


def _lieu(services: Container, departement: str | None, region: str | None) -> Lieu:
    for name, code in (("departement", departement), ("region", region)):
        if code is not None and services.knowledge.find(name, code) is None:
            raise wrong_field(name, "territoire_inconnu")
    return Lieu(departement, region)


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _theme_json(theme: ThemeCandidats) -> dict[str, Any]:
    return {
        "theme": theme.theme,
        "demandes": theme.demandes,
        "collectivites": theme.collectivites,
        "conversations": theme.conversations,
        "groupes": [_group_json(each) for each in theme.groupes],
    }


def _group_json(groupe: Groupe) -> dict[str, Any]:
    populations = [each.territoire.population or 0 for each in groupe.demandeurs]
    return {
        "lien": groupe.lien,
        "code": groupe.code,
        "demandes": groupe.demandes,
        "population": {"min": min(populations), "max": max(populations)},
        "collectivites": [
            {
                "type": each.territoire.type,
                "code": each.territoire.code,
                "nom": each.territoire.nom,
                "departement": each.territoire.departement,
                "population": each.territoire.population,
                "demandes": each.demandes,
                "derniere_demande": each.derniere.isoformat(),
                "references": list(each.references),
            }
            for each in groupe.demandeurs
        ],
    }
