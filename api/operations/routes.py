"""Health, readiness and metrics."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.container import Container
from api.dependencies import get_container

router = APIRouter(tags=["Exploitation"])
Services = Annotated[Container, Depends(get_container)]


@router.get("/healthz", summary="Le processus vit")
async def healthz() -> dict[str, str]:
    """Répond tant que le processus vit, même si une de ses dépendances manque."""
    return {"status": "ok"}


@router.get("/readyz", summary="Le service est prêt")
async def readyz(services: Services) -> JSONResponse:
    """État de chaque partie : base, dialogue, compréhension, règles d'orientation, index.

    « modele » est celui qui comprend les messages : « livre », ou le numéro d’un modèle promu dans
    la console. « ecart » dit pourquoi celui qui est choisi ne peut servir (absent, altere, perime).
    « orientation » : la version des règles publiée par la rédaction (0 : celles du produit) ;
    « ecart » dit « illisible » quand celles du produit servent à la place de la dernière publiée.
    """
    database, dialogue = await asyncio.gather(
        services.database.is_ready(), services.dialogue.ready()
    )
    parts: dict[str, Any] = {
        "base_de_donnees": {"pret": database},
        "dialogue": {"pret": dialogue},
        "comprehension": {
            "pret": True,
            "modele": services.models.serving or "livre",
            "ecart": services.models.trouble,
        },
        "orientation": {
            "pret": True,
            "version": services.regles.serving,
            "ecart": "illisible" if services.regles.trouble else None,
        },
        "index": {"pret": services.index.size > 0, "ressources": services.index.size},
    }
    ready = all(part["pret"] for part in parts.values())
    return JSONResponse({"pret": ready, "parties": parts}, status_code=200 if ready else 503)


@router.get(
    "/metrics",
    summary="Mesures au format Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
async def metrics(services: Services) -> Response:
    """Comptes et durées ; ni texte ni identité."""
    return Response(generate_latest(services.metrics.registry), media_type=CONTENT_TYPE_LATEST)
