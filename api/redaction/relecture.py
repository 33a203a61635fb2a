"""The review: what waits, what changed, what publishing would do to the questions of élus."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response

from api.dependencies import get_container
from api.redaction.apercu import preview
from api.redaction.comparaison import Changement, compare
from api.redaction.dire import Tell, teller
from api.redaction.fiche import FICHE, Avis, find_record, gestures
from api.redaction.liste import row
from api.redaction.pages import editor, page
from api.redaction.reponses import answers
from api.resources.staff import complete_problems
from knowledge.resources import records
from knowledge.resources.comments import Comment, list_comments
from knowledge.resources.lifecycle import Action
from knowledge.resources.record import ResourceRecord, Revision
from knowledge.resources.resource import ResourceState
from knowledge.search.duplicates import near_duplicates

router = APIRouter(include_in_schema=False)
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Attente:
    """A text that waits: what it is, who submitted it and when, whether I may publish it."""

    fiche: dict[str, object]
    par: str
    depuis: datetime
    a_moi: bool


@router.get("/redaction/relecture")
async def show_queue(request: Request) -> Response:
    """Show what waits for a review, the oldest first."""
    services, me = get_container(request), editor(request).name
    async with services.database.sessions() as session:
        found, total = await records.longest_waiting(session, limit=_SHOWN)
    waiting = [
        Attente(row(record), by, since, me in (record.author, record.editor))
        for record, by, since in found
    ]
    return page(request, "relecture.html", attentes=waiting, total=total)


@router.get(f"{FICHE}/relire")
async def show_review(request: Request, resource_id: str) -> Response:
    """Show what the text changes, what was said of it, and what can be decided."""
    services = get_container(request)
    async with services.database.sessions() as session:
        record = await find_record(session, resource_id)
        history = await records.history(session, resource_id)
        comments: Sequence[Comment] = await list_comments(session, resource_id)
        twins = await near_duplicates(session, services.knowledge.engine.index, record.working)
    since, changes = _changes(record, history, teller(services.knowledge))
    return page(
        request,
        "relire.html",
        record=record,
        fiche=row(record),
        depuis=since,
        changements=changes,
        commentaires=comments,
        doublons=twins,
        apercu=preview(services, record.working),
        gestes=gestures(record, editor(request)),
        avis=Avis(),
    )


def _changes(
    record: ResourceRecord, history: Sequence[Revision], tell: Tell
) -> tuple[str, Sequence[Changement]]:
    """Return what the text is compared with (`ligne`, `relecture` or nothing), and its changes."""
    if record.revision is not None:
        return "ligne", compare(record.resource, record.revision, tell)
    submitted = [each for each in history if each.action == Action.SUBMIT.value]
    waits = record.stage is ResourceState.A_RELIRE
    former = submitted[-2:-1] if waits else submitted[-1:]
    if former:
        return "relecture", compare(former[0].content, record.working, tell)
    return "", ()


@router.get(f"{FICHE}/publier")
async def show_gate(request: Request, resource_id: str) -> Response:
    """Show the questions that publishing would gain and lose, and whether its own are answered."""
    services = get_container(request)
    async with services.database.sessions() as session:
        record = await find_record(session, resource_id)
    resource = record.working
    problems = complete_problems(services, resource)
    effect, replies = None, None
    if not problems:
        candidate = await services.index.candidate(resource)
        effect = await asyncio.to_thread(services.gate.effect, candidate)
        replies = await answers(services, resource, candidate)
    return page(
        request,
        "publier.html",
        record=record,
        fiche=row(record),
        effet=effect,
        reponses=replies,
        gestes=gestures(record, editor(request)),
    )
