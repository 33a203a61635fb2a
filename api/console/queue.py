"""The queue of the requests: what is late first, then what is due soonest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.collegues.repository import MentionRepository
from api.console.dossier import advisors
from api.console.filtres import MAX_NAME, tabs
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
from api.tickets.queue import COUNTED, QueueRepository
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


@router.get("/console/demandes")
async def show_queue(
    request: Request,
    query: Annotated[QueueQuery, Query()],
    services: Annotated[Container, Depends(get_container)],
) -> Response:
    """Show one page of the queue."""
    compte = signed_in(request)
    assert compte is not None  # noqa: S101 - the guard let an account in
    now = services.clock.now()
    async with services.database.sessions.begin() as session:
        reach = await reach_of(request, session)
        criteria, unassigned = read_criteria(query, compte, reach.instead)
        queue = QueueRepository(
            session, me=compte.nom, among=reach.condition, alone=reach.absents.alone
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
        counts = await queue.counts(now)
        kept = await tabs(session, compte, queue, instead=reach.instead, now=now)
        names = await advisors(session)
        lost = await CourrielRepository(session).waiting()
        unread = await MentionRepository(session).unread(compte.nom, among=reach.condition)
        missed = await unheard(session, found.tickets)
    await note_shown(request, [each.reference for each in found.tickets])
    return page(
        request,
        "demandes.html",
        lignes=[to_line(each, now, services.aiguillage, reach.absents) for each in found.tickets],
        remplaces=reach.instead,
        suivant=found.following,
        total=found.total,
        compte_max=COUNTED,
        vues=counts,
        onglets=kept,
        nom_max=MAX_NAME,
        annonce=texts()["filtres"].get(query.avis, ""),
        non_lues=unread,
        a_relancer=missed,
        courriels_sans_demande=lost,
        filtre=query,
        themes=sorted(services.chat.themes),
        routes=services.replies.table("routes"),
        priorites=PRIORITIES,
        equipes=services.aiguillage.equipes,
        conseillers=names,
    )
