"""The published resources, for everyone."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.container import Container
from api.dependencies import get_container, limit_address
from api.errors import not_found, wrong_field
from api.resources.auth import required_staff, staff_or_nobody
from api.resources.staff import editorial, known_id, record_response
from api.resources.views import details_json, record_json
from assistant.actions.chercher import resource_json
from knowledge.resources import records
from knowledge.resources.filters import RecordFilter
from knowledge.resources.resource import ResourceState, ResourceType
from knowledge.search.query import SearchQuery
from knowledge.territoires.territoire import TerritoireContext, to_context
from nlu.text import strip_invisible

router = APIRouter(
    prefix="/api/v1/resources", tags=["Ressources"], dependencies=[Depends(limit_address)]
)
Services = Annotated[Container, Depends(get_container)]
Authorization = Annotated[
    str | None, Header(description="Facultatif : « Bearer », puis une clé de la rédaction.")
]


class ResourceQuery(BaseModel):
    """Ce qui est cherché, pour qui, et quelle page de résultats."""

    q: Annotated[str, Field(max_length=1000, description="La question.")] = ""
    type: ResourceType | None = None
    theme: Annotated[str | None, Field(max_length=60)] = None
    territoire: Annotated[
        str | None, Field(max_length=20, description="Code INSEE ou SIREN, ou « region:76 ».")
    ] = None
    population: Annotated[int | None, Field(ge=0, le=70_000_000)] = None
    cursor: Annotated[str | None, Field(max_length=400)] = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    etat: Annotated[
        list[ResourceState], Field(max_length=4, description="Réservé à la rédaction.")
    ] = []
    supprimees: Annotated[bool, Field(description="Réservé à la rédaction.")] = False


@router.get("", summary="Chercher dans les ressources publiées")
async def search_resources(
    services: Services,
    query: Annotated[ResourceQuery, Query()],
    authorization: Authorization = None,
) -> dict[str, Any]:
    """Publiées et non expirées seulement ; chaque résultat dit son score et pourquoi il est là.

    Avec « etat » (ou « supprimees »), la rédaction liste toutes les fiches de ces états.
    """
    if query.etat or query.supprimees:
        await required_staff(services, authorization)
        return await _list_records(services, query)
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


async def _list_records(services: Container, query: ResourceQuery) -> dict[str, Any]:
    criteria = RecordFilter(
        states=tuple(query.etat),
        type=query.type,
        theme=strip_invisible(query.theme or "") or None,
        words=strip_invisible(query.q),
        deleted=query.supprimees,
    )
    async with services.database.sessions() as session:
        found, following, total = await records.page(
            session, criteria, cursor=query.cursor, limit=query.limit
        )
    return {
        "items": [record_json(each, services.knowledge) for each in found],
        "total": total,
        "next_cursor": following,
    }


@router.get("/{resource_id}", summary="Lire une ressource publiée")
async def read_resource(
    resource_id: str, services: Services, authorization: Authorization = None
) -> JSONResponse:
    """La fiche entière, avec toutes ses sources.

    Une clé de la rédaction lit la fiche dans tout état, avec sa version (ETag).
    """
    editor = await staff_or_nobody(services, authorization)
    if editor is not None:
        async with services.database.sessions() as session:
            record = await editorial(services, session, editor).read(known_id(resource_id))
        return record_response(record, services)
    resource = services.knowledge.engine.get(resource_id)
    if resource is None:
        raise not_found()
    return JSONResponse({**resource_json(resource, services.knowledge), **details_json(resource)})


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
        raise wrong_field("territoire", "territoire_inconnu")
    return to_context(found)


def _write_cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return max(0, int(base64.urlsafe_b64decode(cursor.encode())))
    except ValueError:
        raise wrong_field("cursor", "curseur") from None
