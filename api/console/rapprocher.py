"""Merge, split or link a request from its page; the rules are those of `api.tickets`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.pages import go, page
from api.console.ticket import TICKET, Notice, Services, find_ticket, me
from api.container import Container
from api.droits.equipes import reach_of
from api.droits.guard import note_other, note_shown
from api.errors import Problem
from api.redaction.pages import number_sent
from api.refusals import note_refusal
from api.tickets.desk import ReasonMissing, TicketMerged, VersionStale
from api.tickets.family import FamilyRepository
from api.tickets.models import Ticket
from api.tickets.rapprochement import Rapprochement, RapprochementRefused, load_texts
from api.tickets.rapprochement_routes import Act as ActOnTwo
from api.tickets.rapprochement_routes import lock_both
from api.tickets.repository import TicketRepository

router = APIRouter(include_in_schema=False)
PAGE = f"{TICKET}/rapprocher"
_CANDIDATES = 20
_MAX_BESOIN = 4_000
_MAX_REASON = 500
_MAX_MESSAGES = 200
_REFUSALS = (VersionStale, TicketMerged, ReasonMissing, RapprochementRefused, Problem)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the forms of the page hold; `autre` is a reference."""

    version: int = -1
    autre: str = ""
    besoin: str = ""
    motif: str = ""
    messages: tuple[str, ...] = ()


Act = Callable[[Rapprochement, AsyncSession, Typed], Awaitable[str]]


@router.get(PAGE)
async def show(request: Request, reference: str, services: Services) -> Response:
    """Show what the request can be merged with, split into, linked to."""
    async with services.database.sessions() as session:
        ticket = await find_ticket(session, reference)
        return await _page(request, session, ticket, Typed())


@router.post(f"{TICKET}/reunir")
async def merge(request: Request, reference: str, services: Services) -> Response:
    """Merge the request into another of the same élu, and lead there."""

    async def act(work: Rapprochement, session: AsyncSession, typed: Typed) -> str:
        ticket, into = await lock_both(session, reference, typed.autre)
        await work.merge(ticket, into, actor=me(request).nom, version=typed.version)
        return f"{into.reference}?fait=reunie"

    return await _do(request, reference, services, act)


@router.post(f"{TICKET}/defaire")
async def unmerge(request: Request, reference: str, services: Services) -> Response:
    """Let the request go on by itself again."""
    act = _on_both(request, reference, Rapprochement.unmerge, "defaite")
    return await _do(request, reference, services, act)


@router.post(f"{TICKET}/separer")
async def split(request: Request, reference: str, services: Services) -> Response:
    """Give another subject its own request, and lead there."""

    async def act(work: Rapprochement, session: AsyncSession, typed: Typed) -> str:
        ticket = await find_ticket(session, reference, lock=True)
        if not typed.besoin:
            raise RapprochementRefused("besoin_vide")
        new = await work.split(
            ticket,
            messages=typed.messages,
            besoin=typed.besoin,
            reason=typed.motif,
            actor=me(request).nom,
            version=typed.version,
        )
        return f"{new.reference}?fait=separee"

    return await _do(request, reference, services, act)


@router.post(f"{TICKET}/lier")
async def link(request: Request, reference: str, services: Services) -> Response:
    """Say that another request is related."""
    act = _on_both(request, reference, Rapprochement.link, "liee")
    return await _do(request, reference, services, act)


@router.post(f"{TICKET}/delier")
async def unlink(request: Request, reference: str, services: Services) -> Response:
    """Say that another request is not related after all."""
    act = _on_both(request, reference, Rapprochement.unlink, "deliee")
    return await _do(request, reference, services, act)


def _on_both(request: Request, reference: str, change: ActOnTwo, done: str) -> Act:
    """Change this request and another one, and come back to this one."""

    async def act(work: Rapprochement, session: AsyncSession, typed: Typed) -> str:
        ticket, other = await lock_both(session, reference, typed.autre)
        await change(work, ticket, other, actor=me(request).nom, version=typed.version)
        return f"{ticket.reference}?fait={done}"

    return act


async def _do(request: Request, reference: str, services: Container, act: Act) -> Response:
    """Act within one transaction, or show the page again and say why not; nothing is lost."""
    typed = await _read(request)
    async with services.database.sessions() as session:
        work = Rapprochement(session, aiguillage=services.aiguillage, now=services.clock.now)
        try:
            if typed.autre:
                await note_other(request, typed.autre)
            where = await act(work, session, typed)
            await session.commit()
        except _REFUSALS as error:
            await session.rollback()
            ticket = await find_ticket(session, reference)
            notice = _why(error)
            note_refusal(request.scope, notice.refusal, notice.status)
            return await _page(request, session, ticket, typed, notice=notice)
    return go(request, f"/console/demandes/{where}")


async def _read(request: Request) -> Typed:
    form = await request.form()
    names = ("autre", "besoin", "motif")
    autre, besoin, motif = (str(form.get(each, "")).strip() for each in names)
    return Typed(
        version=number_sent(form.get("version")),
        autre=autre[:20],
        besoin=besoin.replace("\r\n", "\n")[:_MAX_BESOIN],
        motif=motif[:_MAX_REASON],
        messages=tuple(str(each) for each in form.getlist("messages"))[:_MAX_MESSAGES],
    )


def _why(error: Exception) -> Notice:
    sentences = load_texts()["refus"]
    match error:
        case Problem():
            return Notice(error.detail, error.status, error.refusal)
        case TicketMerged():
            return Notice(sentences["reunie"].format(autre=error.into), 409, "reunie")
        case ReasonMissing():
            return Notice(sentences["motif"], 422, "motif_separation")
        case RapprochementRefused():
            status = 422 if error.key == "besoin_vide" else 409
            return Notice(sentences[error.key], status, error.key)
        case _:
            return Notice(sentences["changee"], 409, "version_perimee")


async def _page(
    request: Request,
    session: AsyncSession,
    ticket: Ticket,
    typed: Typed,
    *,
    notice: Notice | None = None,
) -> Response:
    family, reach = FamilyRepository(session), await reach_of(request, session)
    candidates = await family.of_same_person(ticket, among=reach.condition, limit=_CANDIDATES)
    merged = await family.merged(ticket)
    await note_shown(request, [each.reference for each in (*candidates, *merged)])
    return page(
        request,
        "rapprocher.html",
        status=notice.status if notice else 200,
        demande=ticket,
        avis=notice,
        saisi=typed,
        candidates=candidates,
        reunies=merged,
        liees=await family.linked(ticket),
        messages=await TicketRepository(session).own_messages(ticket),
    )
