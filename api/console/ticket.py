"""The page of a request: read it, answer it, see who else is on it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.collegues.repository import MentionRepository, PresenceRepository
from api.comptes.models import Compte
from api.console.chez_elu import at_the_elus
from api.console.citations import quote
from api.console.dossier import Dossier, load_dossier, thread
from api.console.etat import state_of
from api.console.modeles import Modele, fill_modele, shown_modeles
from api.console.pages import page, signed_in, texts
from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.pieces.accept import ENDINGS
from api.suivi.textes import texts as suivi_texts
from api.tickets.clock import is_overdue, next_due, promise_of
from api.tickets.models import Ticket
from api.tickets.relances import unheard, why_unheard
from api.tickets.service import TicketService
from api.tickets.status import OPEN_STATUSES, PRIORITIES
from assistant.business_days import CELLULE

router = APIRouter(include_in_schema=False)
Services = Annotated[Container, Depends(get_container)]
TICKET = "/console/demandes/{reference}"


@dataclass(frozen=True, slots=True)
class Notice:
    """What the page says first: what was done, or why nothing was.

    `refusal` is the id of a refusal in the log.
    """

    text: str
    status: int = 200
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer being written; `key` makes sure that it is sent once."""

    body: str = ""
    visibility: str = "public"
    key: str = ""
    resources: tuple[str, ...] = ()
    status: str = ""
    preview: str = ""


def me(request: Request) -> Compte:
    """Return the account that the guard let in."""
    compte = signed_in(request)
    assert compte is not None  # noqa: S101 - the guard let an account in
    return compte


async def find_ticket(session: AsyncSession, reference: str, *, lock: bool = False) -> Ticket:
    """Return the ticket of a reference, or raise Problem 404."""
    ticket = await TicketService(session).get(reference.strip().upper(), lock=lock)
    if ticket is None:
        raise not_found()
    return ticket


@router.get(TICKET)
async def show_ticket(
    request: Request,
    reference: str,
    services: Services,
    modele: Annotated[str | None, Query(max_length=40)] = None,
    fait: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    """Show a request and all that surrounds it."""
    done = texts()["fait"].get(fait or "")
    async with services.database.sessions.begin() as session:
        ticket = await find_ticket(session, reference)
        nom, now = me(request).nom, services.clock.now()
        await PresenceRepository(session).beat(ticket.id, nom, now=now)
        await MentionRepository(session).read(ticket.id, nom, now=now)
        modeles = await shown_modeles(session)
        body = fill_modele(modeles, modele, ticket, conseiller=nom)
        return await ticket_page(
            request,
            session,
            services,
            ticket,
            notice=Notice(done) if done else None,
            answer=Answer(body=body),
            modeles=modeles,
        )


@router.get(f"{TICKET}/vif")
async def show_again(request: Request, reference: str, services: Services) -> Response:
    """Show it to a page that was left open: nobody has read a mention, nobody has come."""
    async with services.database.sessions.begin() as session:
        ticket = await find_ticket(session, reference)
        return await ticket_page(request, session, services, ticket)


async def ticket_page(
    request: Request,
    session: AsyncSession,
    services: Container,
    ticket: Ticket,
    *,
    notice: Notice | None = None,
    answer: Answer | None = None,
    modeles: Sequence[Modele] | None = None,
) -> Response:
    """Write the page of a ticket as it is now; `modeles` are the canned answers, once read."""
    now, compte = services.clock.now(), me(request)
    marque = await state_of(session, ticket)
    dossier = await load_dossier(session, services, ticket, me=compte.nom, now=now)
    given = answer or Answer()
    equipe = services.aiguillage.equipe(ticket.team)
    missed = await unheard(session, [ticket])
    return page(
        request,
        "demande.html",
        extraits={each.id: quote(services, ticket, each) for each in dossier.suggestions},
        status=notice.status if notice else 200,
        marque=marque,
        dossier=dossier,
        demande=ticket,
        retard=is_overdue(ticket, now),
        due=next_due(ticket),
        equipe=equipe.nom if equipe else ticket.team,
        relais=dossier.relais if ticket.status in OPEN_STATUSES else None,
        promesse=promise_of(ticket).words,
        chez_elu=at_the_elus(ticket, now),
        a_relancer=why_unheard(missed.get(ticket.id, [])),
        avis=notice,
        reponse=given,
        fichiers_acceptes=",".join(f".{each}" for each in ENDINGS),
        cle=given.key or secrets.token_urlsafe(12),
        modeles=await shown_modeles(session) if modeles is None else modeles,
        fil=thread(dossier),
        montrees=_shown(services, dossier),
        suivi=suivi_texts(),
        jour=CELLULE.today(now),
        references={each.id: each.reference for each in dossier.reunies},
        **_choices(services),
    )


def _choices(services: Container) -> dict[str, Any]:
    return {
        "themes": sorted(services.chat.themes),
        "dispositifs": services.replies.table("dispositifs"),
        "routes": services.replies.table("routes"),
        "equipes": services.aiguillage.equipes,
        "priorites": PRIORITIES,
    }


def _shown(services: Container, dossier: Dossier) -> list[dict[str, str]]:
    """Return what the élu was shown, with its address when it is still published."""
    shown = []
    for each in dossier.ticket.resources_shown:
        found = services.knowledge.engine.get(each.get("id", ""))
        shown.append({"title": each.get("title", ""), "url": (found.url or "") if found else ""})
    return shown
