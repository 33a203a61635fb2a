"""What moves a resource along its life; the rules are those of `knowledge.resources.editing`."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from api.container import Container
from api.dependencies import get_container
from api.errors import Problem
from api.lacunes.reposer import ask_subjects, plan_subjects
from api.redaction.editeur import REVIEW_AFTER
from api.redaction.fiche import FICHE, Avis, resource_page
from api.redaction.pages import editor, go, number_sent
from api.redaction.programmation import plan_publication
from api.redaction.refus import refusal
from api.resources.problems import to_problem
from api.resources.schemas import PARIS
from api.resources.staff import editorial, known_id
from knowledge.resources.comments import add_comment
from knowledge.resources.editing import EditorialService, FollowUp
from knowledge.resources.errors import ResourceError, ResourceNotFoundError
from knowledge.resources.lifecycle import Editor
from knowledge.resources.problems import ContentRefused
from knowledge.resources.resource import french_today
from nlu.text import strip_invisible

router = APIRouter(include_in_schema=False)
PUBLISHED = "publiee"
PUBLISHED_SOON = "publiee_bientot"
PLANNED = "programmee"
_PLANNED = (PLANNED, "deplacee")
Act = Callable[[EditorialService, FormData, int | None], Awaitable[object]]


@router.post(f"{FICHE}/soumettre")
async def submit(request: Request, resource_id: str) -> Response:
    """Ask for a review; what is missing is shown in the form."""
    return await _do(
        request, resource_id, "soumise", lambda life, _, v: life.submit(resource_id, version=v)
    )


@router.post(f"{FICHE}/reprendre")
async def reopen(request: Request, resource_id: str) -> Response:
    """Give the text back to whoever writes it, with what is to be mended."""
    return await _do(
        request, resource_id, "reprise", lambda life, _, v: life.reopen(resource_id, version=v)
    )


@router.post(f"{FICHE}/publier")
async def publish(request: Request, resource_id: str) -> Response:
    """Show the text to élus, now or at the moment given."""

    async def act(life: EditorialService, form: FormData, version: int | None) -> None:
        now = get_container(request).clock.now()
        moment = _moment(str(form["publier_le"]), now=now) if "publier_le" in form else None
        await life.publish(resource_id, version=version, publish_at=moment)

    form = await request.form()
    done = PLANNED if "publier_le" in form else PUBLISHED
    return await _do(request, resource_id, done, act)


@router.post(f"{FICHE}/programmation")
async def reschedule(request: Request, resource_id: str) -> Response:
    """Move a planned publication, or give it up."""

    async def act(life: EditorialService, form: FormData, version: int | None) -> None:
        now = get_container(request).clock.now()
        moment = None if "renoncer" in form else _moment(str(form.get("publier_le", "")), now=now)
        await life.reschedule(resource_id, moment, version=version)

    form = await request.form()
    return await _do(request, resource_id, "renoncee" if "renoncer" in form else "deplacee", act)


@router.post(f"{FICHE}/archiver")
async def archive(request: Request, resource_id: str) -> Response:
    """Withdraw the resource from what élus see."""
    return await _do(
        request, resource_id, "archivee", lambda life, _, v: life.archive(resource_id, version=v)
    )


@router.post(f"{FICHE}/supprimer")
async def delete(request: Request, resource_id: str) -> Response:
    """Hide the resource from all."""
    return await _do(
        request, resource_id, "supprimee", lambda life, _, v: life.delete(resource_id, version=v)
    )


@router.post(f"{FICHE}/restaurer")
async def restore(request: Request, resource_id: str) -> Response:
    """Give back what was deleted."""
    return await _do(
        request, resource_id, "restauree", lambda life, _, v: life.restore(resource_id, version=v)
    )


@router.post(f"{FICHE}/confirmer")
async def confirm(request: Request, resource_id: str) -> Response:
    """Say that the text was read again and still holds: it is due again in a year."""
    today = french_today()
    read = FollowUp(verified_on=today, review_on=today + REVIEW_AFTER)
    return await _do(
        request,
        resource_id,
        "confirmee",
        lambda life, _, v: life.follow(resource_id, read, version=v),
    )


@router.post(f"{FICHE}/commenter")
async def comment(request: Request, resource_id: str) -> Response:
    """Say something to those who write and review."""

    async def act(life: EditorialService, form: FormData, version: int | None) -> None:
        if not _said(form):
            raise Problem(422, "commentaire_vide")

    return await _do(request, resource_id, "commentee", act)


async def _do(request: Request, resource_id: str, done: str, act: Act) -> Response:
    """Act within one transaction, the comment kept with it, or show the page and say why not."""
    services, who = get_container(request), editor(request)
    form = await request.form()
    said = _said(form)
    where = FICHE.format(resource_id=known_id(resource_id))
    try:
        async with services.database.sessions.begin() as session:
            life = editorial(services, session, who)
            record = await life.read(resource_id)
            await act(life, form, number_sent(form.get("version")))
            changed = await life.read(resource_id)
            await plan_publication(session, changed)
            moment = changed.planned(services.clock.now())
            if done == PUBLISHED and moment is not None:
                done = PLANNED  # it keeps the hour that it had
            if done in (PUBLISHED, *_PLANNED):
                await plan_subjects(session, resource_id, who=who.name, at=moment)
            version = record.resource.version
            await add_comment(session, who, resource_id, said, version=version)
    except ContentRefused:
        return go(request, f"{where}/modifier?manque=true")
    except ResourceNotFoundError as error:
        raise to_problem(error) from None
    except (ResourceError, Problem) as error:
        refused = (error.status, error.detail) if isinstance(error, Problem) else refusal(error)
        avis = Avis(refused[1], refused[0], said)
        return await resource_page(request, services, resource_id, avis)
    if done == PUBLISHED:
        done = await _now_seen(services, resource_id, who)
    return go(request, f"{where}?fait={done}")


async def _now_seen(services: Container, resource_id: str, who: Editor) -> str:
    """Wait until the search finds what was published; then ask what it was written for."""
    if not await services.index.catch_up():
        return PUBLISHED_SOON
    await ask_subjects(services, resource_id, who=who.name)
    return PUBLISHED


def _said(form: FormData) -> str:
    text = str(form.get("commentaire", "")).replace("\r\n", "\n")
    return strip_invisible(text).strip()


def _moment(text: str, *, now: datetime) -> datetime:
    """Return the moment to come that the form gives, in French time."""
    try:
        moment = datetime.fromisoformat(text.strip()).replace(tzinfo=PARIS)
    except ValueError:
        raise Problem(422, "moment") from None
    if moment <= now:
        raise Problem(422, "moment_passe")
    return moment
