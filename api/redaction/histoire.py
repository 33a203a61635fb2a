"""The history of a resource: who did what, what each version changed, and the way back to it."""

from collections.abc import Sequence
from itertools import pairwise

from fastapi import APIRouter, Request, Response

from api.capitalisation.repository import CapitalisationRepository
from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.redaction.apercu import preview
from api.redaction.comparaison import compare
from api.redaction.dire import teller
from api.redaction.fiche import FICHE, Avis, find_record, gestures, resource_page
from api.redaction.pages import editor, go, number_sent, page
from api.redaction.refus import refusal
from api.resources.problems import to_problem
from api.resources.staff import editorial
from knowledge.resources import records
from knowledge.resources.errors import ResourceError
from knowledge.resources.problems import ContentRefused
from knowledge.resources.record import ResourceRecord, Revision

router = APIRouter(include_in_schema=False)
HISTORY = f"{FICHE}/histoire"


@router.get(HISTORY)
async def show_history(request: Request, resource_id: str) -> Response:
    """Show who did what and when, the latest first."""
    services = get_container(request)
    record, past = await _read(services, resource_id)
    tell = teller(services.knowledge)
    changed = [
        [each.libelle for each in compare(before.content, after.content, tell)]
        for before, after in pairwise(past)
    ]
    entries = list(zip(past, [[], *changed], strict=True))[::-1]
    async with services.database.sessions() as session:
        origin = await CapitalisationRepository(session).origin(resource_id)
    return page(request, "histoire.html", record=record, versions=entries, origine=origin)


@router.get(f"{HISTORY}/{{version}}")
async def show_version(request: Request, resource_id: str, version: int) -> Response:
    """Show a version as it was, and what it changed."""
    services = get_container(request)
    record, past = await _read(services, resource_id)
    number, found = _find(past, version)
    before = past[number - 1].content if number else None
    tell = teller(services.knowledge)
    return page(
        request,
        "version.html",
        record=record,
        revision=found,
        changements=compare(before, found.content, tell) if before else (),
        retour=compare(record.working, found.content, tell),
        apercu=preview(services, found.content),
        gestes=gestures(record, editor(request)),
    )


@router.post(f"{HISTORY}/{{version}}/restaurer")
async def restore_version(request: Request, resource_id: str, version: int) -> Response:
    """Take a former text again: it is reviewed as any other change."""
    services = get_container(request)
    _, past = await _read(services, resource_id)
    _, found = _find(past, version)
    form = await request.form()
    read = number_sent(form.get("version"))
    where = FICHE.format(resource_id=resource_id)
    try:
        async with services.database.sessions.begin() as session:
            life = editorial(services, session, editor(request))
            await life.edit(resource_id, lambda _: found.content, version=read)
    except ContentRefused as refused:
        raise to_problem(refused) from None
    except ResourceError as error:
        status, detail = refusal(error)
        return await resource_page(request, services, resource_id, Avis(detail, status))
    return go(request, f"{where}?fait=version")


async def _read(services: Container, resource_id: str) -> tuple[ResourceRecord, Sequence[Revision]]:
    async with services.database.sessions() as session:
        record = await find_record(session, resource_id)
        return record, await records.history(session, resource_id)


def _find(past: Sequence[Revision], version: int) -> tuple[int, Revision]:
    for number, each in enumerate(past):
        if each.version == version:
            return number, each
    raise not_found()
