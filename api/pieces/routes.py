"""Where joined files are read: by advisors in the console or by key, by the élu in the talk."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.container import Container
from api.conversations.records import authenticate
from api.conversations.routes import Token
from api.dependencies import get_container
from api.errors import not_found
from api.pieces.models import Piece
from api.pieces.repository import PieceRepository
from api.pieces.views import download
from api.tickets.repository import TicketRepository

router = APIRouter()
Services = Annotated[Container, Depends(get_container)]
_ID = re.compile(r"[0-9a-f-]{36}")
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}


@router.get(
    "/api/v1/conversations/{conversation_id}/attachments/{attachment_id}",
    summary="Télécharger une pièce jointe à la réponse d'un conseiller",
    tags=["Conversation"],
    response_class=Response,
    responses=_FILE,
)
async def read_of_conversation(
    conversation_id: str, attachment_id: str, token: Token, services: Services
) -> Response:
    """Seulement celles des réponses de cette conversation ; toujours en téléchargement."""
    async with services.database.sessions.begin() as session:
        await authenticate(session, conversation_id, token)
        found = await PieceRepository(session).in_conversation(
            _known(attachment_id), conversation_id
        )
        return _hand_over(found)


@router.get(
    "/api/v1/tickets/{reference}/attachments/{attachment_id}",
    summary="Télécharger une pièce jointe",
    tags=["Demandes"],
    response_class=Response,
    responses=_FILE,
)
async def read_of_ticket(reference: str, attachment_id: str, services: Services) -> Response:
    """Celles des réponses et des notes ; toujours en téléchargement."""
    return await _of_ticket(services, reference, attachment_id)


@router.get("/console/demandes/{reference}/pieces/{piece_id}", include_in_schema=False)
async def read_in_console(reference: str, piece_id: str, services: Services) -> Response:
    """Hand a file of a request over to an advisor."""
    return await _of_ticket(services, reference, piece_id)


async def _of_ticket(services: Container, reference: str, piece_id: str) -> Response:
    async with services.database.sessions.begin() as session:
        ticket = await TicketRepository(session).by_reference(reference.strip().upper())
        if ticket is None:
            raise not_found()
        return _hand_over(await PieceRepository(session).in_ticket(_known(piece_id), ticket.id))


def _known(piece_id: str) -> str:
    """Return an identifier that may exist, or raise Problem 404."""
    if not _ID.fullmatch(piece_id):
        raise not_found()
    return piece_id


def _hand_over(piece: Piece | None) -> Response:
    if piece is None:
        raise not_found()
    return download(piece)
