"""The queue of the requests: what is late first, then what is due soonest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.collegues.repository import MentionRepository
from api.comptes.models import Compte
from api.console.dossier import advisors
from api.console.pages import page, signed_in
from api.container import Container
from api.dependencies import get_container
from api.errors import Problem
from api.tickets.clock import is_overdue, next_due
from api.tickets.models import Ticket
from api.tickets.queue import COUNTED, QueueRepository, View
from api.tickets.repository import CursorInvalid, TicketFilter

router = APIRouter(include_in_schema=False)
_PAGE = 25
_SHOWN = 160
ME = "moi"
NOBODY = "personne"


class QueueQuery(BaseModel):
    """What the queue is asked; an empty field asks nothing."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    vue: View = View.RUNNING
    q: Annotated[str, Field(max_length=200)] = ""
    theme: Annotated[str, Field(max_length=60)] = ""
    route: Annotated[str, Field(max_length=40)] = ""
    departement: Annotated[str, Field(max_length=3)] = ""
    conseiller: Annotated[str, Field(max_length=80)] = ""
    equipe: Annotated[str, Field(max_length=40)] = ""
    suite: Annotated[str | None, Field(max_length=400)] = None

    @property
    def filters(self) -> dict[str, str]:
        """The fields that are filled in, the view aside."""
        return {
            name: value
            for name, value in self.model_dump(exclude={"vue", "suite"}).items()
            if value
        }

    def address(self, vue: str | None = None, suite: str | None = None) -> str:
        """Return the address of another view, or of another page, with the same filters."""
        wanted = {"vue": vue or self.vue.value, **self.filters}
        return "?" + urlencode({**wanted, "suite": suite} if suite else wanted)


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket as the queue shows it."""

    ticket: Ticket
    extrait: str
    retard: bool
    due: datetime | None


def read_criteria(query: QueueQuery, compte: Compte) -> tuple[TicketFilter, bool]:
    """Return the criteria asked for, and whether only unassigned tickets are."""
    given = {name: value for name, value in query.filters.items() if name != "conseiller"}
    given["departement"] = given.get("departement", "").upper()
    named = query.conseiller if query.conseiller not in (ME, NOBODY) else ""
    assignee = compte.nom if query.conseiller == ME else named
    wanted: dict[str, Any] = {
        "assignee": assignee,
        "team": given.pop("equipe", ""),
        **given,
    }
    kept = {name: value for name, value in wanted.items() if value}
    return TicketFilter(**kept), query.conseiller == NOBODY


def to_line(ticket: Ticket, now: datetime) -> Line:
    """Return what the queue shows of a ticket."""
    words = " ".join(ticket.besoin.split())
    cut = words if len(words) <= _SHOWN else words[:_SHOWN].rsplit(" ", 1)[0] + "…"
    return Line(ticket, cut, is_overdue(ticket, now), next_due(ticket))


@router.get("/console/demandes")
async def show_queue(
    request: Request,
    query: Annotated[QueueQuery, Query()],
    services: Annotated[Container, Depends(get_container)],
) -> Response:
    """Show one page of the queue."""
    compte = signed_in(request)
    assert compte is not None  # noqa: S101 - the guard let an account in
    criteria, unassigned = read_criteria(query, compte)
    now = services.clock.now()
    async with services.database.sessions.begin() as session:
        queue = QueueRepository(session, me=compte.nom)
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
        names = await advisors(session)
        unread = await MentionRepository(session).unread(compte.nom)
    return page(
        request,
        "demandes.html",
        lignes=[to_line(each, now) for each in found.tickets],
        suivant=found.following,
        total=found.total,
        compte_max=COUNTED,
        vues=counts,
        non_lues=unread,
        filtre=query,
        themes=sorted(services.chat.themes),
        routes=services.replies.table("routes"),
        equipes=services.aiguillage.equipes,
        conseillers=names,
    )
