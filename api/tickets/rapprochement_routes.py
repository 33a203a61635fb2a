"""The endpoints that merge, split and link tickets; each wants the version that was read."""

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.bodies import Body, Line, Text
from api.dependencies import get_container
from api.droits.guard import note_other
from api.errors import Problem
from api.tickets.auth import Actor
from api.tickets.desk import ReasonMissing, TicketMerged, VersionStale
from api.tickets.models import Ticket
from api.tickets.rapprochement import Rapprochement, RapprochementRefused, load_texts
from api.tickets.routes import (
    Caller,
    IfMatch,
    Services,
    answer_of,
    get_ticket,
    merged,
    require_version,
    stale,
    ties_json,
    version_of,
)
from api.tickets.service import TicketService

router = APIRouter(prefix="/api/v1/tickets", tags=["Demandes"])
_MAX_MESSAGES = 200
_Reference = Annotated[Line, Field(min_length=1, max_length=20, description="Référence.")]


class Act(Protocol):
    """What is done to two tickets: `merge`, `unmerge`, `link` or `unlink` of a Rapprochement."""

    async def __call__(
        self, work: Rapprochement, ticket: Ticket, other: Ticket, /, *, actor: str, version: int
    ) -> None:
        """Change both tickets, the first one read at `version`."""


class Other(Body):
    """L'autre demande."""

    reference: _Reference


class Split(Body):
    """Ce qui part dans une nouvelle demande, et pourquoi."""

    besoin: Annotated[Text, Field(min_length=1, max_length=4000, description="Le second sujet.")]
    messages: Annotated[
        tuple[Annotated[str, Field(max_length=60)], ...],
        Field(max_length=_MAX_MESSAGES, description="Messages de conseillers qui le suivent."),
    ] = ()
    reason: Annotated[Line, Field(min_length=1, max_length=500, description="Motif.")]


@router.post("/{reference}/merge", summary="Réunir à une autre demande du même élu")
async def merge_tickets(
    request: Request, reference: str, body: Other, actor: Caller, if_match: IfMatch = None
) -> JSONResponse:
    """La demande se clôt et continue dans l'autre (« merged_into ») ; rien n'est perdu."""
    return await _do(
        request, reference, body.reference, if_match, actor=actor, act=Rapprochement.merge
    )


@router.post("/{reference}/unmerge", summary="Défaire une réunion")
async def unmerge_ticket(
    request: Request, reference: str, body: Other, actor: Caller, if_match: IfMatch = None
) -> JSONResponse:
    """La demande retrouve son état d'avant ; « reference » est celle à laquelle elle est réunie."""
    return await _do(
        request, reference, body.reference, if_match, actor=actor, act=Rapprochement.unmerge
    )


@router.post("/{reference}/links", summary="Lier à une autre demande")
async def link_tickets(
    request: Request, reference: str, body: Other, actor: Caller, if_match: IfMatch = None
) -> JSONResponse:
    """Chacune garde sa vie ; le lien se lit des deux côtés (« linked »)."""
    return await _do(
        request, reference, body.reference, if_match, actor=actor, act=Rapprochement.link
    )


@router.delete("/{reference}/links/{other}", summary="Délier deux demandes")
async def unlink_tickets(
    request: Request, reference: str, other: str, actor: Caller, if_match: IfMatch = None
) -> JSONResponse:
    """Sans effet si elles ne l'étaient pas."""
    return await _do(request, reference, other, if_match, actor=actor, act=Rapprochement.unlink)


@router.post("/{reference}/split", status_code=201, summary="Séparer un second sujet")
async def split_ticket(
    reference: str, body: Split, services: Services, actor: Caller, if_match: IfMatch = None
) -> JSONResponse:
    """Une nouvelle demande du même élu, avec les messages choisis ; les réunir le défait."""
    require_version(if_match)
    async with services.database.sessions.begin() as session:
        ticket = await get_ticket(TicketService(session), reference, lock=True)
        work = Rapprochement(session, aiguillage=services.aiguillage, now=services.clock.now)
        try:
            new = await work.split(
                ticket,
                messages=body.messages,
                besoin=body.besoin,
                reason=body.reason,
                actor=actor.name,
                version=version_of(if_match, ticket),
            )
            await session.flush()
        except (VersionStale, TicketMerged, ReasonMissing, RapprochementRefused) as error:
            raise _problem(error, ticket) from None
        services.metrics.tickets.inc()
        return answer_of(new, status=201, **await ties_json(session, new))


async def _do(
    request: Request,
    reference: str,
    other: str,
    if_match: str | None,
    *,
    actor: Actor,
    act: Act,
) -> JSONResponse:
    require_version(if_match)
    await note_other(request, other)
    services = get_container(request)
    async with services.database.sessions.begin() as session:
        ticket, second = await lock_both(session, reference, other)
        work = Rapprochement(session, aiguillage=services.aiguillage, now=services.clock.now)
        try:
            version = version_of(if_match, ticket)
            await act(work, ticket, second, actor=actor.name, version=version)
            await session.flush()
        except (VersionStale, TicketMerged, RapprochementRefused) as error:
            raise _problem(error, ticket) from None
        return answer_of(ticket, **await ties_json(session, ticket))


async def lock_both(session: AsyncSession, reference: str, other: str) -> tuple[Ticket, Ticket]:
    """Return two tickets to be changed, always held in the same order; Problem 404 or 422."""
    service = TicketService(session)
    wanted = [each.strip().upper() for each in (reference, other)]
    held = {each: await service.get(each, lock=True) for each in sorted(set(wanted))}
    if held[wanted[0]] is None:
        await get_ticket(service, reference)
    first, second = held[wanted[0]], held[wanted[1]]
    if first is None or second is None:
        raise Problem(422, "rapprochement", raison=load_texts()["refus"]["reference_inconnue"])
    return first, second


def _problem(error: Exception, ticket: Ticket) -> Problem:
    match error:
        case TicketMerged():
            return merged(error)
        case ReasonMissing():
            return Problem(422, "motif_separation", extra={"champs": ["reason"]})
        case RapprochementRefused():
            facts: dict[str, Any] = {"raison": load_texts()["refus"][error.key]}
            return Problem(409, "rapprochement", **facts)
        case _:
            return stale(ticket)
