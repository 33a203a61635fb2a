"""What publishing a resource does to the questions that the cellule watches."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.resources.auth import staff
from knowledge.resources import records
from knowledge.resources.lifecycle import Editor
from knowledge.resources.resource import Resource
from knowledge.search.judged import Effect, JudgedQuestion

router = APIRouter(prefix="/api/v1/resources", tags=["Ressources : rédaction"])


@router.get("/{resource_id}/effect", summary="Voir l'effet d'une publication")
async def read_effect(
    resource_id: str,
    services: Annotated[Container, Depends(get_container)],
    editor: Annotated[Editor, Depends(staff)],
) -> dict[str, Any]:
    """Les questions témoins gagnées et perdues si cette fiche était publiée maintenant.

    Une question est gagnée quand une ressource qui l'aide vraiment arrive dans les trois premières,
    ou quand il est dit honnêtement que rien n'y répond.
    """
    async with services.database.sessions() as session:
        record = await records.find(session, resource_id)
    if record is None:
        raise not_found()
    return effect_json(await measure_effect(services, record.working))


async def measure_effect(services: Container, resource: Resource) -> Effect:
    """Ask the witness questions of the base with and without a resource, off the event loop."""
    candidate = await services.index.candidate(resource)
    return await asyncio.to_thread(services.gate.effect, candidate)


def effect_json(effect: Effect) -> dict[str, Any]:
    """Return an effect as staff read it."""
    return {
        "gagnees": [_question_json(each) for each in effect.gained],
        "perdues": [_question_json(each) for each in effect.lost],
        "deplacees": [
            {**_question_json(each.question), "rang_avant": each.before, "rang_apres": each.after}
            for each in effect.moved
        ],
        "avant": effect.before.as_dict(),
        "apres": effect.after.as_dict(),
    }


def _question_json(question: JudgedQuestion) -> dict[str, Any]:
    return {
        "question": question.question,
        "territoire": question.territoire,
        "population": question.population,
        "attendues": sorted(question.helping),
        "sans_reponse": question.sans_reponse,
    }
