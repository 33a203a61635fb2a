"""SQL of the requests by département, and nothing else: counts, no word, no name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.statistiques.repository import PLACE, PLACED, Period, within
from api.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Compte:
    """The requests of a département: how many, answered, and from how many collectivités.

    Without a `code`, those whose territory was not said.
    """

    code: str | None
    demandes: int
    repondues: int
    collectivites: int


class CarteRepository:
    """Counts through one session; a request merged into another counts once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_departement(self, period: Period, *, theme: str | None) -> Sequence[Compte]:
        """Return the requests sent within the period, by département; of one theme or of all."""
        known = func.count(PLACE.distinct()).filter(PLACED)
        query = (
            select(Ticket.departement, func.count(), func.count(Ticket.first_reply_at), known)
            .where(within(period))
            .group_by(Ticket.departement)
        )
        if theme is not None:
            query = query.where(Ticket.themes.contains([theme]))
        return [Compte(*row) for row in (await self._session.execute(query)).all()]
