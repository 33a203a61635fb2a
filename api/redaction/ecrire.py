"""Write a resource: new, or already there; nothing typed is ever lost."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.dependencies import get_container
from api.lacunes.fiches import FicheRepository
from api.lacunes.reposer import plan_subjects
from api.redaction.aide import helped
from api.redaction.controle import remarks_of, typing_remarks
from api.redaction.editeur import Bureau, blank_saisie, editor_page, remaining
from api.redaction.fiche import Avis, find_record, resource_page
from api.redaction.fusion import merge
from api.redaction.pages import editor, go
from api.redaction.refus import refusal
from api.redaction.saisie import Saisie, saisie_of
from api.resources.staff import editorial
from knowledge.resources import records
from knowledge.resources.errors import ResourceError, ResourceModifiedError
from knowledge.resources.lifecycle import check_editable
from knowledge.resources.problems import ContentRefused
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import ResourceState, ResourceType
from knowledge.search.duplicates import near_duplicates
from knowledge.search.query import Hit, SearchQuery
from nlu.text import strip_invisible

router = APIRouter(include_in_schema=False)
NEW = "/redaction/fiches/nouvelle"
EDIT = "/redaction/fiches/{resource_id}/modifier"
_NEAREST = 3
MAX_TITLE = 90
MAX_QUESTION = 400


class Prefill(BaseModel):
    """What the address of the page may say already: the gap board leads here."""

    question: Annotated[str, Field(max_length=4000)] = ""
    titre: Annotated[str, Field(max_length=200)] = ""
    type: Annotated[str, Field(max_length=20)] = ""
    theme: Annotated[str, Field(max_length=60)] = ""
    territoire: Annotated[str, Field(max_length=80)] = ""
    groupe: Annotated[int, Field(ge=0, lt=2**31)] = 0

    @property
    def asked(self) -> str:
        """The question on one line, as long as an example question may be."""
        return shortened(" ".join(strip_invisible(self.question).split()), MAX_QUESTION)


@router.get(NEW)
async def show_new(request: Request, known: Annotated[Prefill, Query()]) -> Response:
    """Show the form of a new resource, and what the base says today of the question."""
    services = get_container(request)
    question = known.asked
    saisie = blank_saisie(
        request,
        type=known.type if known.type in set(ResourceType) else "",
        titre=known.titre.strip() or title_of(question),
        questions=(question,) if question else (),
        themes=(known.theme,) if known.theme else (),
        territoires=(known.territoire or "france",),
    )
    proches = _nearest(services, question)
    desk = Bureau(saisie=saisie, proches=proches, question=question, groupe=known.groupe)
    return await editor_page(request, services, desk)


@router.post(NEW)
async def write_new(request: Request) -> Response:
    """Create the draft, once its likenesses were shown; or help, and show the form again."""
    services = get_container(request)
    asked = await helped(request, services, Bureau(saisie=Saisie()))
    desk = asked.bureau
    desk.proches = _nearest(services, desk.question)
    if not asked.saves:
        return await editor_page(request, services, desk, status=asked.status)
    try:
        resource = desk.saisie.to_create().to_resource()
    except ValidationError as error:
        desk.remarques = typing_remarks(error)
        return await editor_page(request, services, desk, status=422)
    async with services.database.sessions.begin() as session:
        # Its identifier may be that of its likeness: it is given another when it is written.
        unnamed = replace(resource, id="")
        found = await near_duplicates(session, services.knowledge.engine.index, unnamed)
        if {each.id for each in found} - asked.seen:
            desk.doublons = found
            return await editor_page(request, services, desk, status=409)
        try:
            record = await editorial(services, session, editor(request)).create(
                resource, numbered=True
            )
        except ContentRefused as refused:
            desk.remarques = remarks_of(refused.problems)
            return await editor_page(request, services, desk, status=422)
        await _link(request, session, desk, record)
    return await _saved(request, services, record, submits=asked.submits)


@router.get(EDIT)
async def show_edit(
    request: Request, resource_id: str, known: Annotated[Prefill, Query()], manque: bool = False
) -> Response:
    """Show the form of a resource; `manque` says beside each field what it lacks."""
    services = get_container(request)
    async with services.database.sessions() as session:
        record = await find_record(session, resource_id)
    try:
        check_editable(record)
    except ResourceError as error:
        status, detail = refusal(error)
        return await resource_page(request, services, resource_id, Avis(detail, status))
    saisie, question = saisie_of(record.working), known.asked
    if question and question not in saisie.questions:
        saisie = replace(saisie, questions=(*saisie.questions, question))
    desk = _desk(record, saisie)
    desk.groupe = known.groupe
    if manque:
        desk.remarques = remaining(services, record.working)
    return await editor_page(request, services, desk)


@router.post(EDIT)
async def write_edit(request: Request, resource_id: str) -> Response:
    """Save the text; where somebody else wrote meanwhile, both versions are shown."""
    services = get_container(request)
    async with services.database.sessions() as session:
        record = await find_record(session, resource_id)
    asked = await helped(request, services, _desk(record, Saisie()))
    desk = asked.bureau
    if not asked.saves:
        return await editor_page(request, services, desk, status=asked.status)
    try:
        change = desk.saisie.to_write().replacing
        async with services.database.sessions.begin() as session:
            record = await editorial(services, session, editor(request)).edit(
                resource_id, change, version=desk.version
            )
            await _link(request, session, desk, record)
    except ValidationError as error:
        desk.remarques = typing_remarks(error)
    except ContentRefused as refused:
        desk.remarques = remarks_of(refused.problems)
    except ResourceModifiedError:
        return await _clashed(request, services, desk)
    except ResourceError as error:
        return await _refused(request, services, desk, error)
    else:
        return await _saved(request, services, record, submits=asked.submits)
    return await editor_page(request, services, desk, status=422)


async def _link(
    request: Request, session: AsyncSession, desk: Bureau, record: ResourceRecord
) -> None:
    """Tie the text to the subject that it is written for, asked again when it is published."""
    if desk.groupe:
        who = editor(request).name
        await FicheRepository(session).link(record.resource.id, desk.groupe, par=who)
        planned = record.planned(get_container(request).clock.now())
        if planned is not None:
            await plan_subjects(session, record.resource.id, who=who, at=planned)


async def _clashed(request: Request, services: Container, desk: Bureau) -> Response:
    """Show the form with what both wrote; saving again is done knowingly."""
    assert desk.record is not None  # noqa: S101 - only what exists is edited
    async with services.database.sessions() as session:
        present = await find_record(session, desk.record.resource.id)
        past = await records.history(session, desk.record.resource.id)
    try:
        check_editable(present)
    except ResourceError as error:
        return await _refused(request, services, desk, error)
    started = [saisie_of(each.content) for each in past if each.version == desk.version]
    base = started[0] if started else Saisie()
    merged = merge(base, saisie_of(present.working), desk.saisie, par=past[-1].actor)
    desk.record, desk.version, desk.saisie = present, present.resource.version, merged.saisie
    desk.fusion = merged
    return await editor_page(request, services, desk, status=412)


async def _refused(
    request: Request, services: Container, desk: Bureau, error: ResourceError
) -> Response:
    """Show the form as it was typed, and why it can be saved no more."""
    status, desk.refus = refusal(error)
    return await editor_page(request, services, desk, status=status)


async def _saved(
    request: Request, services: Container, record: ResourceRecord, *, submits: bool
) -> Response:
    """Lead to the page of the resource, submitted if asked; what it lacks is told in the form."""
    where = f"/redaction/fiches/{record.resource.id}"
    if not submits or record.stage is not ResourceState.BROUILLON:
        return go(request, f"{where}?fait=enregistree")
    try:
        async with services.database.sessions.begin() as session:
            await editorial(services, session, editor(request)).submit(record.resource.id)
    except ContentRefused:
        return go(request, f"{where}/modifier?manque=true")
    return go(request, f"{where}?fait=soumise")


def _desk(record: ResourceRecord, saisie: Saisie) -> Bureau:
    return Bureau(saisie=saisie, record=record, version=record.resource.version)


def title_of(question: str) -> str:
    """Return a title to start from: the question without its mark, at a word's end."""
    text = shortened(question.rstrip(" ?\u00a0\u202f!."), MAX_TITLE)
    return text[:1].upper() + text[1:]


def shortened(text: str, most: int) -> str:
    """Return what fits of a text, cut between two words where there are any."""
    if len(text) <= most:
        return text
    return text[: most + 1].rpartition(" ")[0] or text[:most]


def _nearest(services: Container, question: str) -> tuple[Hit, ...]:
    """Return what the assistant finds today for a question."""
    if not question:
        return ()
    result = services.knowledge.engine.search(SearchQuery(text=question, limit=_NEAREST))
    return result.hits
