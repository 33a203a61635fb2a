"""Keeps what the élu answers, once per ticket; a link answers for thirty days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import Problem, not_found
from api.links import LinkExpired, check_link, link_secret
from api.satisfaction.ask import subject_of
from api.satisfaction.models import Satisfaction
from api.satisfaction.repository import SatisfactionRepository
from api.tickets.journal import Journal
from api.tickets.models import Ticket
from api.tickets.repository import TicketRepository
from nlu.entities.personal_data import find_personal_data, mask
from nlu.text import strip_invisible

Note = Literal["oui", "en_partie", "non"]
MAX_REASON = 1000


class ReasonTooLong(Exception):
    """The élu's words are over the limit."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The state of the question, as the page shows it; `masked` names what was taken out."""

    reference: str
    note: str | None
    raison: str | None
    masked: tuple[str, ...] = ()


class SatisfactionService:
    """Use cases of the élu, within one transaction."""

    def __init__(
        self, session: AsyncSession, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._session = session
        self._repository = SatisfactionRepository(session)
        self._now = now

    async def read(self, reference: str, link: str) -> Opinion:
        """Return what was answered.

        Raises Problem 404 unless the link is ours, for this ticket, and still valid.
        """
        ticket, asked = await self._open(reference, link)
        return Opinion(ticket.reference, asked.note, asked.raison)

    async def answer(self, reference: str, link: str, *, note: Note, raison: str) -> Opinion:
        """Keep the answer in place of any other, its personal data masked.

        Raises ReasonTooLong, and Problem as `read`.
        """
        ticket, asked = await self._open(reference, link, lock=True)
        words = strip_invisible(raison).replace("\r\n", "\n").strip()
        if len(words) > MAX_REASON:
            raise ReasonTooLong
        found = find_personal_data(words)
        before, asked.note = asked.note, note
        asked.raison = mask(words, found) or None
        asked.answered_at = self._now()
        if before != note:
            told = {"satisfaction": [before, note]}
            await Journal(self._session).changed(
                ticket, kind="satisfaction", actor="elu", changes=told
            )
        masked = tuple(dict.fromkeys(each.kind for each in found))
        return Opinion(ticket.reference, note, asked.raison, masked)

    async def _open(
        self, reference: str, link: str, *, lock: bool = False
    ) -> tuple[Ticket, Satisfaction]:
        secret = await link_secret(self._session)
        try:
            ours = check_link(secret, subject_of(reference), link, now=self._now())
        except LinkExpired:
            raise Problem(404, "avis_expire") from None
        if not ours:
            raise not_found("lien_falsifie")
        ticket = await TicketRepository(self._session).by_reference(reference)
        asked = await self._repository.of_ticket(ticket.id, lock=lock) if ticket else None
        if ticket is None or asked is None:
            raise not_found()
        return ticket, asked


def satisfaction_json(asked: Satisfaction | None) -> dict[str, Any] | None:
    """Return the question and its answer as a ticket shows them; None when it was not asked."""
    if asked is None:
        return None
    return {
        "note": asked.note,
        "raison": asked.raison,
        "asked_at": asked.asked_at.isoformat(),
        "answered_at": asked.answered_at.isoformat() if asked.answered_at else None,
    }
