"""The queue of the requests: what is late first, then what is due soonest."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from api.collegues.repository import MentionRepository
from api.console.dossier import advisors
from api.console.filtres import MAX_NAME, Onglet, tabs
from api.console.pages import page, signed_in, texts
from api.console.query import QueueQuery, read_criteria
from api.container import Container
from api.courrier.repository import CourrielRepository
from api.dependencies import get_container
from api.droits.equipes import reach_of
from api.droits.guard import note_shown
from api.equipes.relais import Absents, Relais
from api.errors import Problem
from api.tickets.aiguillage import Aiguillage
from api.tickets.clock import is_overdue, next_due
from api.tickets.models import Ticket
from api.tickets.queue import COUNTED, QueueRepository, View
from api.tickets.relances import unheard
from api.tickets.repository import CursorInvalid
from api.tickets.status import OPEN_STATUSES, PRIORITIES

router = APIRouter(include_in_schema=False)
_PAGE = 25
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket as the queue shows it; `equipe` is none in the common queue.

    `relais`: its advisor is away.
    """

    ticket: Ticket
    extrait: str
    retard: bool
    due: datetime | None
    equipe: str | None
    relais: Relais | None


def to_line(ticket: Ticket, now: datetime, table: Aiguillage, absents: Absents) -> Line:
    """Return what the queue shows of a ticket."""
    words = " ".join(ticket.besoin.split())
    cut = words if len(words) <= _SHOWN else words[:_SHOWN].rsplit(" ", 1)[0] + "…"
    equipe = table.equipe(ticket.team)
    return Line(
        ticket,
        cut,
        is_overdue(ticket, now),
        next_due(ticket),
        equipe.nom if equipe else ticket.team,
        absents.of(ticket.assignee) if ticket.status in OPEN_STATUSES else None,
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """The queue as it is now; `dernier` is the newest request of all, seen or not.

    `nouvelles`: how many requests were sent since the newest that the page asking knew.
    """

    lignes: list[Line]
    remplaces: tuple[str, ...]
    suivant: str | None
    total: int
    vues: dict[View, int]
    onglets: list[Onglet]
    conseillers: list[str]
    courriels_sans_demande: int
    non_lues: set[int]
    a_relancer: set[int]
    dernier: int
    nouvelles: int

    @property
    def etat(self) -> str:
        """What tells this queue from another: a page that shows the same has nothing to redo."""
        lines = [
            (each.ticket.id, each.ticket.version, each.retard, str(each.relais))
            for each in self.lignes
        ]
        counts = [self.total, *self.vues.values(), *(each.nombre for each in self.onglets)]
        told = (
            lines,
            counts,
            self.suivant,
            self.courriels_sans_demande,
            sorted(self.non_lues),
            sorted(self.a_relancer),
        )
        return sha256(repr(told).encode()).hexdigest()[:16]


Asked = Annotated[QueueQuery, Query()]
Services = Annotated[Container, Depends(get_container)]


async def read_queue(request: Request, query: QueueQuery, services: Container) -> Seen:
    """Read one page of the queue, and all that stands around it.

    Raises Problem.
    """
    compte = signed_in(request)
    assert compte is not None  # noqa: S101 - the guard let an account in
    now = services.clock.now()
    async with services.database.sessions.begin() as session:
        reach = await reach_of(request, session)
        criteria, unassigned = read_criteria(query, compte, reach.instead)
        queue = QueueRepository(
            session, me=compte.nom, among=reach.condition, alone=reach.absents.alone
        )
        newest = await queue.newest()
        came = (
            await queue.count(
                query.vue, criteria, unassigned=unassigned, now=now, after=query.apres
            )
            if query.apres is not None
            else 0
        )
        try:
            found = await queue.page(
                query.vue,
                criteria,
                unassigned=unassigned,
                cursor=query.suite,
                limit=_PAGE,
                now=now,
            )
        except CursorInvalid:
            raise Problem(422, "curseur") from None
        table, absents = services.aiguillage, reach.absents
        return Seen(
            lignes=[to_line(each, now, table, absents) for each in found.tickets],
            remplaces=reach.instead,
            suivant=found.following,
            total=found.total,
            vues=await queue.counts(now),
            onglets=await tabs(session, compte, queue, instead=reach.instead, now=now),
            conseillers=await advisors(session),
            courriels_sans_demande=await CourrielRepository(session).waiting(),
            non_lues=await MentionRepository(session).unread(compte.nom, among=reach.condition),
            a_relancer=set(await unheard(session, found.tickets)),
            dernier=newest,
            nouvelles=came,
        )


@router.get("/console/demandes/vif")  # what an open page reads again by itself
@router.get("/console/demandes")
async def show_queue(request: Request, query: Asked, services: Services) -> Response:
    """Show one page of the queue."""
    seen = await read_queue(request, query, services)
    await note_shown(request, [each.ticket.reference for each in seen.lignes])
    return page(
        request,
        "demandes.html",
        vue=seen,
        compte_max=COUNTED,
        nom_max=MAX_NAME,
        annonce=texts()["filtres"].get(query.avis, ""),
        filtre=query,
        themes=sorted(services.chat.themes),
        routes=services.replies.table("routes"),
        priorites=PRIORITIES,
        equipes=services.aiguillage.equipes,
    )


@router.get("/console/demandes/pouls")
async def pulse(request: Request, query: Asked, services: Services) -> Response:
    """Say whether the queue is still what a page shows, and nothing of what is in it."""
    seen = await read_queue(request, query, services)
    return JSONResponse({"etat": seen.etat}, headers={"Cache-Control": "no-store"})
