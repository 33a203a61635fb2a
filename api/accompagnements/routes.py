"""Which territories the ANCT has already accompanied, near a territory or comparable to it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from api.container import Container
from api.dependencies import get_container, limit_address
from api.errors import wrong_field
from assistant.actions.accompagnes import accompagnement_json, voisin_json
from knowledge.accompagnements.accompagnement import Dispositif
from knowledge.accompagnements.loader import SOURCE_DATE, SOURCE_LICENCE, SOURCE_NAME, SOURCE_URL
from knowledge.territoires.territoire import Territoire

router = APIRouter(prefix="/api/v1/accompagnements", tags=["Ressources"])
MAX_SHOWN = 20


@router.get(
    "",
    summary="Territoires déjà accompagnés, proches ou comparables",
    dependencies=[Depends(limit_address)],
)
async def near_territoires(
    services: Annotated[Container, Depends(get_container)],
    territoire: Annotated[
        str,
        Query(
            max_length=30,
            description="Code INSEE ou SIREN, précédé du type si besoin.",
            examples=["commune:32013"],
        ),
    ],
    dispositif: Annotated[
        Dispositif | None, Query(description="Seulement ceux qui ont eu recours à cette offre.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_SHOWN)] = 5,
) -> dict[str, Any]:
    """Du plus proche au plus comparable, d'après les données ouvertes de l'ANCT."""
    found = _find(services, territoire)
    known = services.knowledge.accompagnes
    near = known.near(found, dispositif=dispositif, limit=limit)
    return {
        "territoire": {"type": found.type, "code": found.code, "nom": found.nom},
        "deja": [accompagnement_json(each) for each in known.of(found)],
        "items": [voisin_json(each) for each in near],
        "source": {
            "nom": SOURCE_NAME,
            "url": SOURCE_URL,
            "date": SOURCE_DATE.isoformat(),
            "licence": SOURCE_LICENCE,
        },
    }


def _find(services: Container, reference: str) -> Territoire:
    kind, _, code = reference.strip().rpartition(":")
    knowledge = services.knowledge
    found = knowledge.find(kind, code) if kind else knowledge.territoires.resolve(code)
    if found is None:
        raise wrong_field("territoire", "territoire_inconnu")
    return found
