"""SQL of the joined files, and nothing else."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, undefer

from api.pieces.accept import NewPiece
from api.pieces.models import Piece
from api.tickets.family import family
from api.tickets.models import Ticket, TicketMessage


class PieceRepository:
    """Reads and writes joined files through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(
        self, *, ticket_id: int, message_id: str, pieces: Sequence[NewPiece]
    ) -> list[Piece]:
        """Keep the files of a message, in their order."""
        kept = [
            Piece(
                id=str(uuid.uuid4()),
                message_id=message_id,
                ticket_id=ticket_id,
                rang=rang,
                nom=each.nom,
                type=each.type,
                taille=len(each.contenu),
                contenu=each.contenu,
            )
            for rang, each in enumerate(pieces)
        ]
        self._session.add_all(kept)
        await self._session.flush()
        return kept

    async def of_ticket(self, ticket_id: int) -> dict[str, list[Piece]]:
        """Return what is joined, by message; the contents are not read."""
        query = select(Piece).where(Piece.ticket_id.in_(family(ticket_id))).order_by(Piece.rang)
        found: defaultdict[str, list[Piece]] = defaultdict(list)
        for each in (await self._session.execute(query)).scalars():
            found[each.message_id].append(each)
        return dict(found)

    async def in_ticket(self, piece_id: str, ticket_id: int) -> Piece | None:
        """Return a file of a request, its content with it."""
        query = select(Piece).where(Piece.id == piece_id, Piece.ticket_id.in_(family(ticket_id)))
        return await self._session.scalar(query.options(undefer(Piece.contenu)))

    async def in_conversation(self, piece_id: str, conversation_id: str) -> Piece | None:
        """Return a file that reached the élu in this conversation: never one of a note."""
        answered, told = aliased(Ticket), aliased(Ticket)
        query = (
            select(Piece)
            .join(TicketMessage, TicketMessage.id == Piece.message_id)
            .join(answered, answered.id == Piece.ticket_id)
            .join(told, or_(told.id == answered.id, told.merged_into == answered.reference))
            .where(
                Piece.id == piece_id,
                TicketMessage.visibility == "public",
                told.conversation_id == conversation_id,
            )
            .limit(1)
        )
        return await self._session.scalar(query.options(undefer(Piece.contenu)))
