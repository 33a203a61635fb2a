"""Autocomplete of territories."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.container import Container
from api.dependencies import get_container, limit_address

router = APIRouter(prefix="/api/v1/territoires", tags=["Ressources"])


@router.get("", summary="Chercher un territoire par son nom", dependencies=[Depends(limit_address)])
async def search_territoires(
    services: Annotated[Container, Depends(get_container)],
    q: Annotated[
        str, Query(max_length=100, description="Début du nom, code postal, INSEE ou SIREN.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> dict[str, list[dict[str, Any]]]:
    """Communes, intercommunalités, départements et régions, les plus peuplés d'abord."""
    found = services.territoires.autocomplete(q, limit=limit)
    return {"items": [asdict(each) for each in found]}
