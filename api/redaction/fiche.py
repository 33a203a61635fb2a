"""The page of one resource: what it says, as an élu will see it, and what can be done with it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.capitalisation.repository import CapitalisationRepository
from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.lacunes.pages import texts as board_texts
from api.lacunes.sujets import told_subjects
from api.redaction.apercu import preview
from api.redaction.controle import Remarques
from api.redaction.editeur import remaining
from api.redaction.liens import told_link
from api.redaction.liste import row
from api.redaction.pages import editor, page, texts
from api.redaction.reponses import answers
from api.resources.staff import known_id
from api.resources.views import is_visible
from knowledge.resources import records
from knowledge.resources.comments import list_comments
from knowledge.resources.lifecycle import RIGHTS, Action, Editor, possible_states
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import ResourceState, french_today
from knowledge.veille.links import links_of

router = APIRouter(include_in_schema=False)
FICHE = "/redaction/fiches/{resource_id}"


@dataclass(frozen=True, slots=True)
class Avis:
    """What the page says of what was just done, or why it was not; what was being written."""

    erreur: str = ""
    statut: int = 200
    commentaire: str = ""


@router.get(FICHE)
async def show_resource(request: Request, resource_id: str) -> Response:
    """Show a resource in whatever state."""
    return await resource_page(request, get_container(request), resource_id, Avis())


async def resource_page(
    request: Request, services: Container, resource_id: str, avis: Avis
) -> Response:
    """Return the page of a resource."""
    async with services.database.sessions() as session:
        record = await find_record(session, resource_id)
        comments = await list_comments(session, resource_id)
        origin = await CapitalisationRepository(session).origin(resource_id)
        subjects = await told_subjects(session, resource_id)
        links = await links_of(session, resource_id)
    draft = record.stage is ResourceState.BROUILLON and record.deleted_at is None
    online = is_visible(record)
    return page(
        request,
        "fiche.html",
        status=avis.statut,
        fiche=row(record),
        record=record,
        en_ligne=online,
        apercu=preview(services, record.working),
        origine=origin,
        liens=[told_link(each) for each in links],
        sujets=subjects,
        etats_des_sujets=board_texts()["etats"],
        restes=remaining(services, record.working) if draft else Remarques(),
        commentaires=comments,
        gestes=gestures(record, editor(request)),
        fait=texts()["fait"].get(request.query_params.get("fait", ""), ""),
        avis=avis,
        reponses=await answers(services, record.resource) if online else (),
    )


async def find_record(session: AsyncSession, resource_id: str) -> ResourceRecord:
    """Return a record, deleted ones included, or raise Problem 404."""
    found = await records.find(session, known_id(resource_id))
    if found is None:
        raise not_found()
    return found


def gestures(record: ResourceRecord, who: Editor) -> dict[str, Any]:
    """Tell what may be done now, by whoever is there; what is impossible is not offered."""
    possible, gone = possible_states(record), record.deleted_at is not None
    archived = record.resource.state is ResourceState.ARCHIVE
    asked = {
        "modifier": (Action.EDIT, not gone and not archived),
        "soumettre": (Action.SUBMIT, ResourceState.A_RELIRE in possible),
        "relire": (Action.READ, ResourceState.PUBLIE in possible),
        "publier": (Action.PUBLISH, ResourceState.PUBLIE in possible),
        "reprendre": (Action.REOPEN, ResourceState.BROUILLON in possible),
        "archiver": (Action.ARCHIVE, ResourceState.ARCHIVE in possible),
        "supprimer": (Action.DELETE, not gone),
        "restaurer": (Action.RESTORE, gone),
        "confirmer": (Action.FOLLOW, is_late(record) and not gone and not archived),
        "programmer": (Action.SCHEDULE, bool(record.planned(datetime.now(UTC))) and not gone),
    }
    allowed = {name: ok and bool(who.roles & RIGHTS[act]) for name, (act, ok) in asked.items()}
    return allowed | {"second_regard": who.name not in (record.author, record.editor)}


def is_late(record: ResourceRecord) -> bool:
    """Tell whether the resource should have been read again by now."""
    return record.due_on is not None and record.due_on <= french_today()
