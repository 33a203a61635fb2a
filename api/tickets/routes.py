"""The ticket endpoints of the contract, for advisors and partner systems."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.conversations.handover import apply_edits
from api.conversations.records import hash_token
from api.conversations.repository import ConversationRepository
from api.conversations.schemas import Handover
from api.dependencies import get_container
from api.droits.guard import note_shown
from api.errors import Problem, not_found, wrong_field
from api.mail.repository import MailRepository
from api.pieces.repository import PieceRepository
from api.satisfaction.repository import SatisfactionRepository
from api.satisfaction.service import satisfaction_json
from api.tickets.auth import Actor, caller, identify_optional, key_expected
from api.tickets.desk import (
    AlreadyClaimed,
    AssigneeAway,
    MessageKeyReused,
    ReasonMissing,
    TicketDesk,
    TicketMerged,
    VersionStale,
)
from api.tickets.family import FamilyRepository
from api.tickets.keys import WRITE
from api.tickets.models import Ticket
from api.tickets.repository import CursorInvalid, TicketFilter
from api.tickets.schemas import (
    MessageWrite,
    TicketCreate,
    TicketPatch,
    TicketQuery,
    event_json,
    mail_state,
    message_json,
    ticket_json,
)
from api.tickets.service import KeyReused, TicketService
from api.tickets.status import TransitionImpossible
from assistant.ports import Demande, DemandeIncomplete
from assistant.replies import french_date

router = APIRouter(prefix="/api/v1/tickets", tags=["Demandes"])

Services = Annotated[Container, Depends(get_container)]
Caller = Annotated[Actor, Depends(caller)]
IfMatch = Annotated[str | None, Header(description="Version lue (ETag).")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]


def etag_of(ticket: Ticket) -> str:
    """Return the ETag of a ticket."""
    return f'"{ticket.version}"'


def answer_of(ticket: Ticket, *, status: int = 200, **extra: Any) -> JSONResponse:
    """Return a ticket with its version (ETag)."""
    headers = {"ETag": etag_of(ticket)}
    if status == 201:  # noqa: PLR2004 - Created
        headers["Location"] = f"/api/v1/tickets/{ticket.reference}"
    return JSONResponse({**ticket_json(ticket), **extra}, status_code=status, headers=headers)


async def get_ticket(service: TicketService, reference: str, *, lock: bool = False) -> Ticket:
    """Return the ticket of a reference, or raise Problem 404."""
    ticket = await service.get(reference.strip().upper(), lock=lock)
    if ticket is None:
        raise not_found()
    return ticket


@router.post("", status_code=201, summary="Créer une demande")
async def create_ticket(
    body: TicketCreate,
    services: Services,
    authorization: Annotated[str | None, Header()] = None,
    key: Key = None,
) -> JSONResponse:
    """Par clé d'accès, ou avec le jeton de la conversation « conversation_id »."""
    actor = await identify_optional(services, authorization)
    conversation_id = await _conversation(services, body, authorization, actor)
    demande = _demande(services, body)
    async with services.database.sessions.begin() as session:
        try:
            ticket = await TicketService(session, aiguillage=services.aiguillage).create(
                demande,
                conversation_id=conversation_id,
                origin=actor.name if actor else "conversation",
                idempotency_key=_scoped(key, actor, conversation_id),
            )
        except KeyReused:
            raise Problem(422, "cle_reutilisee") from None
        except DemandeIncomplete as error:
            labels = services.replies.table("manquants")
            names = ", ".join(labels[name] for name in error.missing)
            raise Problem(
                422, "demande_incomplete", manquants=names, extra={"champs": list(error.missing)}
            ) from None
    services.metrics.tickets.inc()
    return answer_of(ticket, status=201)


def _scoped(key: str | None, actor: Actor | None, conversation_id: str | None) -> str | None:
    """Two callers that choose the same key do not share a ticket."""
    owner = actor.name if actor else conversation_id
    return f"{owner}:{key}" if key else None


async def _conversation(
    services: Container, body: TicketCreate, authorization: str | None, actor: Actor | None
) -> str | None:
    """Return the conversation whose own token is given; None for a key that may write."""
    if actor is not None:
        actor.require(WRITE)
        return None
    token = (authorization or "").partition(" ")[2]
    async with services.database.sessions.begin() as session:
        found = await ConversationRepository(session).of_token(hash_token(token))
    if found is None or body.conversation_id not in (None, found.id):
        raise key_expected()
    return found.id


def _demande(services: Container, body: TicketCreate) -> Demande:
    edits = Handover(**body.model_dump(include=set(Handover.model_fields)))
    base = Demande(population=body.population, role=body.role, route=body.route)
    return apply_edits(base, edits, knowledge=services.knowledge, themes=services.chat.themes)


@router.get("", summary="Lister les demandes")
async def list_tickets(
    request: Request, services: Services, actor: Caller, query: Annotated[TicketQuery, Query()]
) -> dict[str, Any]:
    """Les plus récentes d'abord ; « next_cursor » donne la page suivante."""
    criteria = TicketFilter(**query.model_dump(exclude={"cursor", "limit"}))
    async with services.database.sessions.begin() as session:
        try:
            found, following = await TicketService(session).page(
                criteria, cursor=query.cursor, limit=query.limit
            )
        except CursorInvalid:
            raise wrong_field("cursor", "curseur") from None
    await note_shown(request, [each.reference for each in found])
    return {"items": [ticket_json(each) for each in found], "next_cursor": following}


@router.get("/{reference}", summary="Lire une demande")
async def read_ticket(reference: str, services: Services, actor: Caller) -> JSONResponse:
    """La demande, ses messages, ses courriels, son historique ; l'en-tête ETag porte sa version."""
    async with services.database.sessions.begin() as session:
        service = TicketService(session)
        ticket = await get_ticket(service, reference)
        pieces = await PieceRepository(session).of_ticket(ticket.id)
        return answer_of(
            ticket,
            messages=[
                message_json(each, pieces.get(each.id, ()))
                for each in await service.messages(ticket)
            ],
            events=[event_json(each) for each in await service.events(ticket)],
            satisfaction=satisfaction_json(
                await SatisfactionRepository(session).of_ticket(ticket.id)
            ),
            **await ties_json(session, ticket),
            mails=[mail_state(each) for each in await MailRepository(session).of_ticket(ticket.id)],
        )


@router.get("/{reference}/events", summary="Lire l'historique d'une demande")
async def read_events(reference: str, services: Services, actor: Caller) -> dict[str, Any]:
    """Chaque changement : qui, quand, de quelle valeur à quelle valeur ; du plus ancien au plus
    récent."""
    async with services.database.sessions.begin() as session:
        service = TicketService(session)
        ticket = await get_ticket(service, reference)
        events = [event_json(each) for each in await service.events(ticket)]
        return {"reference": ticket.reference, "items": events}


@router.patch("/{reference}", summary="Modifier une demande")
async def change_ticket(
    reference: str, body: TicketPatch, services: Services, actor: Caller, if_match: IfMatch = None
) -> JSONResponse:
    """État, conseiller, priorité, thème ou orientation, à partir de la version lue."""
    require_version(if_match)
    changes = _changes(body)
    _check_words(services, changes)
    async with services.database.sessions.begin() as session:
        ticket = await get_ticket(TicketService(session), reference, lock=True)
        try:
            await TicketDesk(session, aiguillage=services.aiguillage).change(
                ticket,
                changes,
                actor=actor.name,
                version=version_of(if_match, ticket),
                reason=body.reason,
            )
            await session.flush()
        except VersionStale:
            raise stale(ticket) from None
        except TicketMerged as error:
            raise merged(error) from None
        except ReasonMissing:
            raise Problem(422, "motif_attendu", extra={"champs": ["reason"]}) from None
        except AssigneeAway as error:
            raise _away(error) from None
        except TransitionImpossible as error:
            raise _impossible(error) from None
        return answer_of(ticket)


def _check_words(services: Container, changes: dict[str, Any]) -> None:
    if not set(changes.get("themes", ())) <= services.chat.themes:
        raise wrong_field("themes", "theme_inconnu")
    team = changes.get("team")
    if team is not None and services.aiguillage.equipe(team) is None:
        raise wrong_field("team", "equipe_inconnue")


def require_version(if_match: str | None) -> None:
    """Raise Problem 428 without the version that was read."""
    if if_match is None:
        raise Problem(428, "if_match")


def version_of(if_match: str | None, ticket: Ticket) -> int:
    """Return the version that was read; `*` is any, what we did not write is none."""
    if if_match is None or if_match.strip() == "*":
        return ticket.version
    digits = if_match.strip().removeprefix("W/").strip('"')
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else -1


def stale(ticket: Ticket) -> Problem:
    """Return how to refuse a change of what was read too long ago."""
    return Problem(412, "version_perimee", headers={"ETag": etag_of(ticket)})


def merged(error: TicketMerged) -> Problem:
    """Return how to refuse a change of a ticket that goes on in another one."""
    return Problem(409, "reunie", autre=error.into, extra={"merged_into": error.into})


async def ties_json(session: AsyncSession, ticket: Ticket) -> dict[str, Any]:
    """Return the references of the tickets merged into this one, and of those linked to it."""
    family = FamilyRepository(session)
    return {
        "merged": [each.reference for each in await family.merged(ticket)],
        "linked": [each.reference for each in await family.linked(ticket)],
    }


def _changes(body: TicketPatch) -> dict[str, Any]:
    changes = body.model_dump(exclude_unset=True, exclude={"reason"})
    theme = changes.pop("theme", None)
    if theme is not None:
        changes["themes"] = [theme]
    optional = ("assignee", "route", "team")
    return {k: v for k, v in changes.items() if v is not None or k in optional}


def _away(error: AssigneeAway) -> Problem:
    relais = error.relais
    stands_in = f" ({relais.delegue})" if relais.delegue else ""
    return Problem(
        409,
        "absent",
        nom=relais.nom,
        au=french_date(relais.au),
        relais=stands_in,
        extra={"champs": ["assignee"]},
    )


def _impossible(error: TransitionImpossible) -> Problem:
    return Problem(
        409,
        "transition",
        depuis=error.current,
        vers=error.wanted,
        possibles=", ".join(error.possible),
        extra={"possibles": list(error.possible)},
    )


@router.post("/{reference}/messages", status_code=201, summary="Répondre ou annoter")
async def write_message(
    reference: str, body: MessageWrite, services: Services, actor: Caller, key: Key = None
) -> dict[str, Any]:
    """« public » : l'élu le lit dans sa conversation ; « internal » : entre conseillers."""
    async with services.database.sessions.begin() as session:
        ticket = await get_ticket(TicketService(session), reference, lock=True)
        try:
            message = await TicketDesk(session).write(
                ticket, body=body.body, visibility=body.visibility, actor=actor.name, key=key
            )
        except MessageKeyReused:
            raise Problem(422, "cle_reutilisee") from None
        except TicketMerged as error:
            raise merged(error) from None
        return message_json(message)


@router.post("/{reference}/claim", summary="Prendre en charge")
async def claim_ticket(reference: str, services: Services, actor: Caller) -> JSONResponse:
    """Un seul conseiller l'obtient ; les autres reçoivent 409."""
    async with services.database.sessions.begin() as session:
        ticket = await get_ticket(TicketService(session), reference, lock=True)
        try:
            claimed = await TicketDesk(session).claim(ticket, actor=actor.name)
            await session.flush()
        except AlreadyClaimed as error:
            raise Problem(409, "deja_prise", par=error.assignee) from None
        except TicketMerged as error:
            raise merged(error) from None
        return answer_of(claimed)


@router.get("/{reference}/transcript", summary="Lire la conversation d'origine")
async def read_transcript(reference: str, services: Services, actor: Caller) -> dict[str, Any]:
    """« transcript » : ce qui a été dit avant l'envoi ; « since » : ce que l'élu et l'assistant se
    sont dit depuis, tant que la conversation existe."""
    async with services.database.sessions.begin() as session:
        service = TicketService(session)
        ticket = await get_ticket(service, reference)
        since = await service.said_since(ticket)
        return {
            "reference": ticket.reference,
            "transcript": ticket.transcript,
            "since": since,
        }
