"""The endpoint of the veille: a feed becomes drafts."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.resources.staff import Services, Staff, editorial
from api.resources.views import record_json
from api.veille.feeds import read_feed
from api.veille.fetch import Fetcher
from knowledge.resources.lifecycle import Action
from knowledge.resources.resource import ResourceType
from knowledge.veille.service import import_feed

router = APIRouter(prefix="/api/v1/resources", tags=["Ressources : rédaction"])


class FeedBody(BaseModel):
    """Un flux à lire, et ce que deviennent ses entrées."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    url: Annotated[str, Field(min_length=1, max_length=2000, description="Flux RSS ou Atom.")]
    type: ResourceType = ResourceType.ACTUALITE


@router.post("/veille", summary="Faire des brouillons d'un flux RSS ou Atom")
async def read_feed_to_drafts(body: FeedBody, services: Services, editor: Staff) -> dict[str, Any]:
    """Un brouillon par entrée que la base ne cite pas encore, avec sa source ; rejouable.

    Une entrée du même titre qu'un brouillon de la veille le rejoint (« reunies »), comme source.
    """
    editor.check(Action.IMPORT)
    feed = await read_feed(Fetcher(), body.url)
    async with services.database.sessions.begin() as session:
        report = await import_feed(
            session, editorial(services, session, editor), feed, kind=body.type
        )
    return {
        "flux": feed.title,
        "creees": [record_json(each, services.knowledge) for each in report.created],
        "connues": list(report.known),
        "reunies": list(report.merged),
        "refusees": list(report.refused),
    }
