"""The published resources, for everyone."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api.container import Container
from api.dependencies import get_container, limit_address
from api.errors import Problem, not_found
from assistant.actions.chercher import resource_json
from knowledge.resources.resource import ResourceType
from knowledge.search.query import SearchQuery
from knowledge.territoires.territoire import TerritoireContext, to_context

router = APIRouter(
    prefix="/api/v1/resources", tags=["Ressources"], dependencies=[Depends(limit_address)]
)
Services = Annotated[Container, Depends(get_container)]


class ResourceQuery(BaseModel):
    """Ce qui est cherché, pour qui, et quelle page de résultats."""

    q: Annotated[str, Field(max_length=1000, description="La question.")] = ""
    type: ResourceType | None = None
    theme: Annotated[str | None, Field(max_length=60)] = None
    territoire: Annotated[
        str | None, Field(max_length=20, description="Code INSEE ou SIREN, ou « region:76 ».")
    ] = None
    population: Annotated[int | None, Field(ge=0, le=70_000_000)] = None
    cursor: Annotated[str | None, Field(max_length=40)] = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10


@router.get("", summary="Chercher dans les ressources publiées")
async def search_resources(
    services: Services, query: Annotated[ResourceQuery, Query()]
) -> dict[str, Any]:
    """Publiées et non expirées seulement ; chaque résultat dit son score et pourquoi il est là."""
    offset = _read_cursor(query.cursor)
    result = services.knowledge.engine.search(
        SearchQuery(
            text=query.q,
            types=(query.type,) if query.type else (),
            themes=(query.theme,) if query.theme else (),
            territoire=_context(services, query.territoire),
            population=query.population,
            limit=query.limit,
            offset=offset,
        )
    )
    following = offset + len(result.hits)
    return {
        "items": [
            {
                **resource_json(hit.resource, services.knowledge),
                "score": hit.score,
                "why": hit.why,
                "extract": hit.extract,
            }
            for hit in result.hits
        ],
        "found": result.found,
        "corrected": result.corrected,
        "total": result.total,
        "next_cursor": _write_cursor(following) if following < result.total else None,
    }


@router.get("/{resource_id}", summary="Lire une ressource publiée")
async def read_resource(resource_id: str, services: Services) -> dict[str, Any]:
    """La fiche entière, avec toutes ses sources."""
    resource = services.knowledge.engine.get(resource_id)
    if resource is None:
        raise not_found()
    return {
        **resource_json(resource, services.knowledge),
        "body": resource.body,
        "publics": list(resource.publics),
        "annee": resource.year,
        "sources": [
            {
                "nom": source.name,
                "url": source.url,
                "date": source.published_on.isoformat() if source.published_on else None,
                "consultee_le": source.consulted_on.isoformat() if source.consulted_on else None,
            }
            for source in resource.sources
        ],
        "verifie_le": resource.verified_on.isoformat() if resource.verified_on else None,
        "expire_le": resource.expires_on.isoformat() if resource.expires_on else None,
    }


def _context(services: Container, reference: str | None) -> TerritoireContext | None:
    if not reference:
        return None
    kind, separator, code = reference.partition(":")
    found = (
        services.knowledge.find(kind, code)
        if separator
        else services.knowledge.territoires.resolve(reference)
    )
    if found is None:
        raise Problem(422, "territoire_inconnu")
    return to_context(found)


def _write_cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return max(0, int(base64.urlsafe_b64decode(cursor.encode())))
    except ValueError:
        raise Problem(422, "curseur") from None
