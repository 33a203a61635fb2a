"""The list of the resources, for those who write them: filters, search, one page at a time."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import get_container
from api.redaction.filtres import ListQuery, find_places
from api.redaction.lot import MAX_AT_ONCE, gestures
from api.redaction.pages import page, texts
from api.resources.exchange import ExportFormat, export_file
from api.resources.views import is_visible
from knowledge.resources import records
from knowledge.resources.filters import SOON
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import french_today

router = APIRouter(include_in_schema=False)
PAGE = 25


class ExportQuery(ListQuery):
    """What the list shows, as a file."""

    format: ExportFormat = "csv"


@router.get("/redaction/export")
async def export_list(request: Request, query: Annotated[ExportQuery, Query()]) -> Response:
    """Return every resource that the filters keep, as a file that the import reads back."""
    services = get_container(request)
    places = find_places(services, query.territoire)
    async with services.database.sessions() as session:
        found = (
            [] if places is None else await records.list_records(session, query.criteria(places))
        )
    return await export_file(found, query.format)


@router.get("/redaction/")
async def show_list(request: Request, query: Annotated[ListQuery, Query()]) -> Response:
    """Show the resources, the latest changed first."""
    services = get_container(request)
    places = find_places(services, query.territoire)
    async with services.database.sessions() as session:
        found, following, total = await _page(session, query, places)
        counts = await records.count_stages(session)
        owners = await records.list_owners(session)
    return page(
        request,
        "liste.html",
        fiches=[row(each) for each in found],
        total=total,
        suivante=query.address(suite=following) if following else None,
        premiere=query.address() if query.suite else None,
        filtres=query,
        exports={each: query.address(format=each) for each in texts()["exports"]},
        gestes=gestures(request),
        ensemble=min(total, MAX_AT_ONCE),
        ici=query.address(suite=query.suite),
        lieu_inconnu=places is None,
        compte_par_etat=counts,
        responsables=owners,
    )


async def _page(
    session: AsyncSession, query: ListQuery, places: tuple[str, ...] | None
) -> tuple[list[ResourceRecord], str | None, int]:
    if places is None:
        return [], None, 0
    return await records.page(session, query.criteria(places), cursor=query.suite, limit=PAGE)


def row(record: ResourceRecord) -> dict[str, Any]:
    """Return what the list says of a resource."""
    text, today = record.working, french_today()
    end, soon = record.resource.expires_on, today + timedelta(days=SOON)
    marks = {
        "supprimee": record.deleted_at is not None,
        "revision": record.revision is not None,
        "expire_bientot": end is not None and today <= end <= soon,
        "expiree": record.resource.is_expired(today),
        "a_revoir": record.due_on is not None and record.due_on <= today,
        "programmee": record.planned(datetime.now(UTC)) is not None,
    }
    return {
        "texte": text,
        "version": record.resource.version,
        "etat": record.stage,
        "en_ligne": is_visible(record),
        "marques": [texts()["marques"][name] for name, shown in marks.items() if shown],
        "redacteur": record.editor,
        "modifiee": record.resource.updated_at,
    }
