"""The page of one resource: what it says, as an élu will see it, and what can be done with it."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.redaction.liste import row
from api.redaction.markdown import to_html
from api.redaction.pages import page
from api.resources.staff import known_id
from api.resources.views import is_visible
from assistant.sources import Knowledge
from knowledge.resources import records
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import Resource
from knowledge.search.analyser import analyse
from knowledge.search.extract import best_sentence

router = APIRouter(include_in_schema=False)


@router.get("/redaction/fiches/{resource_id}")
async def show_resource(request: Request, resource_id: str) -> Response:
    """Show a resource in whatever state."""
    services = get_container(request)
    async with services.database.sessions() as session:
        record = await find_record(session, resource_id)
    return page(
        request,
        "fiche.html",
        fiche=row(record),
        record=record,
        en_ligne=is_visible(record),
        apercu=preview(services, record.working),
    )


async def find_record(session: AsyncSession, resource_id: str) -> ResourceRecord:
    """Return a record, deleted ones included, or raise Problem 404."""
    found = await records.find(session, known_id(resource_id))
    if found is None:
        raise not_found()
    return found


def preview(services: Container, resource: Resource) -> dict[str, Any]:
    """Return what an élu will see: the card, its page, and the sentence quoted for a question."""
    source = resource.sources[0] if resource.sources else None
    dated = source and (source.published_on or source.consulted_on or resource.verified_on)
    rarity = services.knowledge.engine.index.hybrid.lexical.rarity
    quoted = [
        (each, best_sentence(resource.body, analyse(each), rarity)) for each in resource.questions
    ]
    return {
        "texte": resource,
        "source": source,
        "date": dated,
        "date_de_publication": bool(source and source.published_on),
        "lieux": place_names(services.knowledge, resource.territoires),
        "corps": to_html(resource.body),
        "citations": [(question, sentence) for question, sentence in quoted if sentence],
    }


def place_names(knowledge: Knowledge, references: tuple[str, ...]) -> list[str]:
    """Return the names of the territories that are known, « France » left out."""
    split = [each.partition(":") for each in references]
    found = (knowledge.find(kind, code) for kind, _, code in split if code)
    return [each.nom for each in found if each is not None]
