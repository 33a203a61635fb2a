"""All that an advisor sees of a ticket on one page, gathered in one transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.capitalisation.repository import CapitalisationRepository, Tiree
from api.collegues.repository import MentionRepository, PresenceRepository
from api.comptes.repository import CompteRepository
from api.console.pages import texts
from api.container import Container
from api.courrier.models import CourrielRecu
from api.courrier.repository import CourrielRepository
from api.droits.equipes import colleagues_on
from api.droits.models import Acces
from api.droits.repository import AccesRepository
from api.equipes.relais import ADVISORS, Relais
from api.mail.models import Mail
from api.mail.repository import MailRepository
from api.pieces.models import Piece
from api.pieces.repository import PieceRepository
from api.suivi.etapes import Suivi
from api.suivi.models import NoteTerritoire
from api.suivi.repository import SuiviRepository
from api.tickets.family import FamilyRepository
from api.tickets.models import Ticket, TicketEvent, TicketMessage
from api.tickets.queue import QueueRepository
from api.tickets.service import TicketService
from api.tickets.status import TRANSITIONS
from assistant.business_days import CELLULE
from knowledge.accompagnements.accompagnement import Accompagnement
from knowledge.resources.resource import Resource
from knowledge.search.query import SearchQuery
from knowledge.territoires.territoire import Territoire, to_context

_PAST = 5
_SUGGESTED = 5
_NOTES = 3
_RECENTLY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A ticket and what surrounds it.

    `advisors`: colleagues who may open it; `holders`: those whom it may be given to; `relais`:
    who stands in for its advisor, when they are away.
    """

    ticket: Ticket
    messages: Sequence[TicketMessage]
    events: Sequence[TicketEvent]
    mails: dict[str, Mail]
    since: list[dict[str, Any]]
    territoire: Territoire | None
    parents: tuple[Territoire, ...]
    past: Sequence[Ticket]
    suggestions: Sequence[Resource]
    present: Sequence[str]
    others: Sequence[Acces]
    cited: dict[str, list[str]]
    pieces: dict[str, list[Piece]]
    fiches: Sequence[Tiree]
    recus: dict[str, CourrielRecu]
    reunies: Sequence[Ticket]
    liees: Sequence[Ticket]
    accompagnements: Sequence[tuple[Territoire, Accompagnement]]
    suivis: Sequence[tuple[Territoire, Suivi]]
    notes: Sequence[NoteTerritoire]
    advisors: list[str]
    holders: list[str]
    relais: Relais | None
    possible: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said since the request was sent; `sorte` is a visibility, or who else spoke."""

    sorte: str
    auteur: str
    quand: datetime
    texte: str
    courriel: Mail | None = None
    cites: Sequence[str] = ()
    pieces: Sequence[Piece] = ()
    recu: CourrielRecu | None = None


def thread(dossier: Dossier) -> list[Said]:
    """Return what was said since the request was sent, by everyone, oldest first.

    The advisors' public answers, and those that came by mail, are in the conversation too: they
    are shown once.
    """
    authors = texts()["auteurs"]
    written = [
        Said(
            each.author if each.canal else each.visibility,
            authors[each.author] if each.canal else each.author,
            each.created_at,
            each.body,
            dossier.mails.get(each.id),
            dossier.cited.get(each.id, ()),
            dossier.pieces.get(each.id, ()),
            dossier.recus.get(each.id),
        )
        for each in dossier.messages
    ]
    heard = [
        Said(
            each["author"],
            authors[each["author"]],
            datetime.fromisoformat(each["created_at"]),
            each["text"] or "",
        )
        for each in dossier.since
        if each["author"] != "conseiller" and "channel" not in each
    ]
    return sorted((*written, *heard), key=lambda said: said.quand)


async def load_dossier(
    session: AsyncSession, services: Container, ticket: Ticket, *, me: str, now: datetime
) -> Dossier:
    """Gather what surrounds a ticket; `me` is the name of who looks."""
    service = TicketService(session, aiguillage=services.aiguillage)
    place = _place(services, ticket)
    suggested = asyncio.create_task(suggest(services, ticket, place))  # while the base answers
    mails = await MailRepository(session).of_ticket(ticket.id)
    recent = await AccesRepository(session).recent(ticket.reference, since=now - _RECENTLY)
    present = await PresenceRepository(session).others(ticket.id, me, now=now)
    told = {f"compte:{each}" for each in (me, *present)}
    parents = services.knowledge.territoires.parents(place) if place else ()
    family = FamilyRepository(session)
    colleagues = await colleagues_on(session, services.aiguillage, CELLULE.today(now))
    among = colleagues.reaches[me].condition
    merged = await family.merged(ticket)
    return Dossier(
        ticket=ticket,
        messages=await service.messages(ticket),
        events=await service.events(ticket),
        mails={each.message_id: each for each in mails if each.message_id},
        since=await service.said_since(ticket, merged),
        territoire=place,
        parents=parents,
        past=await QueueRepository(session, among=among).of_same_place(ticket, limit=_PAST),
        suggestions=await suggested,
        present=present,
        others=[each for each in recent if each.who not in told],
        cited=await MentionRepository(session).of_ticket(ticket.id),
        pieces=await PieceRepository(session).of_ticket(ticket.id),
        reunies=merged,
        liees=await family.linked(ticket),
        fiches=await CapitalisationRepository(session).of_ticket(ticket.id),
        recus=await CourrielRepository(session).of_ticket(ticket.id),
        accompagnements=_accompagnements(services, place, parents),
        suivis=await _suivis(session, place, parents),
        notes=await _notes(session, place),
        advisors=colleagues.may_open(ticket),
        holders=colleagues.may_hold(ticket),
        relais=colleagues.absents.of(ticket.assignee),
        possible=TRANSITIONS[ticket.status],
    )


async def suggest(
    services: Container, ticket: Ticket, place: Territoire | None
) -> Sequence[Resource]:
    """Return resources that may help to answer, those already shown aside."""
    if not ticket.transcript and not ticket.search_text:  # erased: nothing left to search
        return []
    query = SearchQuery(
        ticket.besoin,
        prefer_themes=tuple(ticket.themes),
        territoire=to_context(place) if place else None,
        population=ticket.population,
        limit=_SUGGESTED,
        exclude=tuple(each["id"] for each in ticket.resources_shown if "id" in each),
    )
    result = await asyncio.to_thread(services.knowledge.engine.search, query)
    return [hit.resource for hit in result.hits]


def _place(services: Container, ticket: Ticket) -> Territoire | None:
    known = ticket.territoire
    return services.knowledge.find(known["type"], known["code"]) if known else None


def _accompagnements(
    services: Container, place: Territoire | None, parents: Sequence[Territoire]
) -> list[tuple[Territoire, Accompagnement]]:
    """Return how the ANCT already accompanied the collectivité, or its intercommunalité."""
    near = [each for each in parents if each.type == "epci"]
    known = services.knowledge.accompagnes
    return [(where, each) for where in filter(None, [place, *near]) for each in known.of(where)]


async def _suivis(
    session: AsyncSession, place: Territoire | None, parents: Sequence[Territoire]
) -> list[tuple[Territoire, Suivi]]:
    """Return where the cellule is with the collectivité, and with its intercommunalité."""
    where = [*filter(None, [place]), *(each for each in parents if each.type == "epci")]
    known = await SuiviRepository(session).of([(each.type, each.code) for each in where])
    keys = ((each, (each.type, each.code)) for each in where)
    return [(each, known[key]) for each, key in keys if key in known]


async def _notes(session: AsyncSession, place: Territoire | None) -> Sequence[NoteTerritoire]:
    """Return the last notes on the collectivité, those withdrawn aside."""
    if place is None:
        return []
    found = await SuiviRepository(session).notes(place.type, place.code, limit=_NOTES)
    return [each for each in found if each.retiree_le is None]


async def advisors(session: AsyncSession) -> list[str]:
    """Return who may hold a ticket, by name."""
    comptes = await CompteRepository(session).all()
    return [each.nom for each in comptes if each.disabled_at is None and each.role in ADVISORS]
