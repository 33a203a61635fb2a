"""The list of the resources, for those who write them: filters, search, one page at a time."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.dependencies import get_container
from api.redaction.lot import gestures
from api.redaction.pages import page, texts
from api.resources.exchange import ExportFormat, export_file
from api.resources.views import is_visible
from knowledge.resources import records
from knowledge.resources.filters import SOON, RecordFilter
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import ResourceState, ResourceType, french_today
from nlu.text import strip_invisible

router = APIRouter(include_in_schema=False)
PAGE = 25

_Blank = BeforeValidator(lambda value: value or None)
_Line = Annotated[str, BeforeValidator(lambda text: strip_invisible(str(text)).strip())]


class ListQuery(BaseModel):
    """What the list shows; an empty choice of a form is no choice."""

    q: Annotated[_Line, Field(max_length=200)] = ""
    etat: Annotated[ResourceState | None, _Blank] = None
    type: Annotated[ResourceType | None, _Blank] = None
    theme: Annotated[_Line, Field(max_length=60)] = ""
    territoire: Annotated[_Line, Field(max_length=80)] = ""
    responsable: Annotated[_Line, Field(max_length=200)] = ""
    a_revoir: bool = False
    expirees: bool = False
    expire_bientot: bool = False
    lien_mort: bool = False
    supprimees: bool = False
    lot: Annotated[Literal["vide", "geste"] | None, _Blank] = None
    suite: Annotated[str | None, Field(max_length=400), _Blank] = None

    def address(self, **changes: Any) -> str:
        """Return the query of the same list, changed; the next page is asked for explicitly."""
        values = self.model_dump(mode="json", exclude={"suite", "lot"}) | changes
        kept = {name: "true" if each is True else each for name, each in values.items() if each}
        return f"?{urlencode(kept)}"

    def criteria(self, places: tuple[str, ...]) -> RecordFilter:
        """Return what the base is asked for; `places` are those that `territoire` means."""
        return RecordFilter(
            states=(self.etat,) if self.etat else (),
            type=self.type,
            theme=self.theme or None,
            words=self.q,
            deleted=self.supprimees,
            territoires=places,
            owner=self.responsable or None,
            late=self.a_revoir,
            expired=self.expirees,
            expires_soon=self.expire_bientot,
            dead_link=self.lien_mort,
        )


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


def find_places(services: Container, typed: str) -> tuple[str, ...] | None:
    """Return the references that a code or a name may mean, none for no text, None if unknown."""
    if not typed:
        return ()
    if typed.lower() == "france":
        return ("france",)
    kind, _, code = typed.partition(":")
    found = services.knowledge.find(kind, code) if code else None
    found = found or services.knowledge.territoires.resolve(typed)
    if found is not None:
        return (f"{found.type}:{found.code}",)
    wanted = typed.casefold()
    same = [
        f"{each.type}:{each.code}"
        for each in services.territoires.autocomplete(typed, limit=20)
        if each.nom.casefold() == wanted
    ]
    return tuple(same) or None


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
