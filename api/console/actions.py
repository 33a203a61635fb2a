"""What an advisor does from the page of a request; the rules are those of `api.tickets.desk`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.collegues.mentions import MentionUnknown, find_mentions
from api.console.dossier import advisors
from api.console.filtres import QUEUE
from api.console.forms import (
    ChoiceRefused,
    Sent,
    check_version,
    read_body,
    read_classification,
    read_form,
    read_pieces,
    read_status,
    read_team,
)
from api.console.pages import french_day, go, texts
from api.console.ticket import TICKET, Answer, Notice, Services, find_ticket, me, ticket_page
from api.container import Container
from api.droits.equipes import colleagues_on, reach_of
from api.pieces.accept import PieceRefused
from api.refusals import note_refusal
from api.tickets.desk import (
    AlreadyClaimed,
    AssigneeAway,
    ReasonMissing,
    TicketDesk,
    TicketMerged,
    VersionStale,
)
from api.tickets.models import Ticket
from api.tickets.status import TransitionImpossible
from assistant.business_days import CELLULE

router = APIRouter(include_in_schema=False)


class PreviewAsked(Exception):
    """The advisor wants to read the answer as it would be sent: nothing is done."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.body = body


_REFUSALS = (
    AlreadyClaimed,
    AssigneeAway,
    VersionStale,
    TicketMerged,
    TransitionImpossible,
    ReasonMissing,
    ChoiceRefused,
    MentionUnknown,
    PreviewAsked,
    PieceRefused,
)


@dataclass(frozen=True, slots=True)
class Work:
    """What an action works with, within one transaction."""

    session: AsyncSession
    desk: TicketDesk
    ticket: Ticket
    form: Sent


Act = Callable[[Work], Awaitable[str]]


@router.post(f"{TICKET}/prendre")
async def claim(request: Request, reference: str, services: Services) -> Response:
    """Take charge of the request; one winner. Nobody stands in for who holds it: it is to take."""

    async def act(work: Work) -> str:
        absents = (await reach_of(request, work.session)).absents
        await work.desk.claim(work.ticket, actor=me(request).nom, instead=absents.alone)
        return "prise"

    return await _do(request, reference, services, act)


@router.post(f"{TICKET}/repondre")
async def answer(request: Request, reference: str, services: Services) -> Response:
    """Answer the élu, or leave a note between advisors; a form sent twice writes once."""
    nom = me(request).nom

    async def act(work: Work) -> str:
        desk, ticket, form = work.desk, work.ticket, work.form
        public = form.get("visibilite") != "internal"
        key = form.get("cle") or None
        done = "repondu" if public else "note"
        if await desk.written(ticket, actor=nom, key=key):
            return done
        check_version(ticket, form)
        body, status = read_body(form, services, ticket), read_status(form)
        cited = () if public else await _cited(work, services)
        pieces = await read_pieces(form)
        if public and pieces and ticket.conversation_id is None:
            raise PieceRefused("piece_sans_conversation")
        if form.get("geste") == "apercu":
            raise PreviewAsked(body)
        if public and ticket.assignee is None:
            await desk.claim(ticket, actor=nom)
        visibility = "public" if public else "internal"
        await desk.write(
            ticket,
            body=body,
            visibility=visibility,
            actor=nom,
            key=key,
            cited=cited,
            pieces=pieces,
        )
        if public:
            await desk.change(ticket, status, actor=nom, version=ticket.version)
        return done

    return await _do(request, reference, services, act)


async def _cited(work: Work, services: Container) -> tuple[str, ...]:
    """Return whom a note calls; they must be able to open the request."""
    cited = find_mentions(work.form.get("corps"), await advisors(work.session))
    if cited:
        day = CELLULE.today(services.clock.now())
        colleagues = await colleagues_on(work.session, services.aiguillage, day)
        may_open = colleagues.may_open(work.ticket)
        for nom in cited:
            if nom not in may_open:
                raise ChoiceRefused("mention_autre_equipe", nom=nom)
    return cited


@router.post(f"{TICKET}/etat")
async def change_status(request: Request, reference: str, services: Services) -> Response:
    """Move the request along its life."""

    async def act(work: Work) -> str:
        desk, ticket, form = work.desk, work.ticket, work.form
        changes = read_status(form)
        await desk.change(ticket, changes, actor=me(request).nom, version=ticket.version)
        return "etat"

    return await _do(request, reference, services, act)


@router.post(f"{TICKET}/classer")
async def classify(request: Request, reference: str, services: Services) -> Response:
    """Give the request to an advisor, set its priority, themes and orientation right."""

    async def act(work: Work) -> str:
        desk, ticket, form = work.desk, work.ticket, work.form
        check_version(ticket, form)
        changes = read_classification(form, services)
        await desk.change(ticket, changes, actor=me(request).nom, version=ticket.version)
        return "classee"

    return await _do(request, reference, services, act)


@router.post(f"{TICKET}/confier")
async def reroute(request: Request, reference: str, services: Services) -> Response:
    """Give the request to another team, and say why."""

    async def act(work: Work) -> str:
        desk, ticket, form = work.desk, work.ticket, work.form
        check_version(ticket, form)
        changes, reason = read_team(form, services)
        await desk.change(
            ticket, changes, actor=me(request).nom, version=ticket.version, reason=reason
        )
        return "confiee"

    return await _do(request, reference, services, act)


async def _do(request: Request, reference: str, services: Container, act: Act) -> Response:
    """Act within one transaction, then lead back to the page, or show it and say why not."""
    form = await read_form(request)
    async with services.database.sessions() as session:
        ticket = await find_ticket(session, reference, lock=True)
        try:
            desk = TicketDesk(session, aiguillage=services.aiguillage, now=services.clock.now)
            done = await act(Work(session, desk, ticket, form))
            reach = await reach_of(request, session)
            kept = reach.covers(ticket.team, ticket.assignee)
            await session.commit()
        except _REFUSALS as error:
            await session.rollback()
            asked = error.body if isinstance(error, PreviewAsked) else ""
            notice = Notice(texts()["apercu"]) if asked else _why(error, form)
            if notice.refusal:
                note_refusal(request.scope, notice.refusal, notice.status)
            return await _show_again(
                request, session, services, reference, notice=notice, answer=_written(form, asked)
            )
    if not kept:  # it is another team's now
        return go(request, f"{QUEUE}?avis=partie")
    return go(request, f"{TICKET.format(reference=ticket.reference)}?fait={done}")


async def _show_again(
    request: Request,
    session: AsyncSession,
    services: Container,
    reference: str,
    *,
    notice: Notice,
    answer: Answer,
) -> Response:
    ticket = await find_ticket(session, reference)
    return await ticket_page(request, session, services, ticket, notice=notice, answer=answer)


def _why(error: Exception, form: Sent) -> Notice:
    """Return why nothing was done, in French."""
    sentences = texts()["refus"]
    match error:
        case AlreadyClaimed() | TicketMerged() | TransitionImpossible() | AssigneeAway():
            return Notice(*_overtaken(error))
        case ReasonMissing():
            return Notice(sentences["motif"], 422, "motif_attendu")
        case PieceRefused():
            told = sentences[error.key].format(nom=error.nom)
            return Notice(f"{told} {sentences['piece_gardee']}", error.status, error.key)
        case MentionUnknown():
            told = sentences["mention_inconnue"].format(nom=error.nom)
            return Notice(told, 422, "mention_inconnue")
        case ChoiceRefused():
            return Notice(sentences[error.key].format(**error.facts), 422, error.key)
        case _:  # VersionStale
            told = sentences["changee" if form.get("corps") else "non_enregistre"]
            return Notice(told, 409, "version_perimee")


def _overtaken(
    error: AlreadyClaimed | TicketMerged | TransitionImpossible | AssigneeAway,
) -> tuple[str, int, str]:
    """Return what somebody else did first, as a notice says it."""
    sentences = texts()["refus"]
    match error:
        case AlreadyClaimed():
            refusal, told = "deja_prise", sentences["deja_prise"].format(par=error.assignee)
        case TicketMerged():
            refusal, told = "reunie", sentences["reunie"].format(autre=error.into)
        case TransitionImpossible():
            etat = texts()["etats"][error.current]
            refusal, told = "transition", sentences["transition"].format(etat=etat)
        case AssigneeAway():
            relais = error.relais
            key = "absent_delegue" if relais.delegue else "absent"
            facts = {"nom": relais.nom, "au": french_day(relais.au), "delegue": relais.delegue}
            refusal, told = "absent", sentences[key].format(**facts)
    return told, 409, refusal


def _written(form: Sent, preview: str = "") -> Answer:
    """Return what was being written: it is shown again, never lost."""
    return Answer(
        body=form.get("corps"),
        visibility=form.get("visibilite", "public"),
        key=form.get("cle"),
        resources=form.resources,
        status=form.get("etat"),
        preview=preview,
    )
