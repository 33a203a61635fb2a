"""SQL of the themes that collectivités ask about, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from api.conversations.models import Conversation
from api.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class ThemeAsked:
    """How often one territory asked about one theme."""

    theme: str
    type: str
    code: str
    demandes: int
    derniere: datetime
    references: tuple[str, ...]


class ThemeRepository:
    """Reads requests and conversations by theme through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def asked(
        self, *, since: datetime, until: datetime, theme: str | None
    ) -> Sequence[ThemeAsked]:
        """Return the requests for advice sent within the period, by theme and territory.

        A request merged into another counts once.
        """
        one = (
            select(
                func.unnest(Ticket.themes).label("theme"),
                Ticket.territoire["type"].astext.label("type"),
                Ticket.territoire["code"].astext.label("code"),
                Ticket.created_at,
                Ticket.reference,
            )
            .where(
                Ticket.created_at >= since,
                Ticket.created_at < until,
                Ticket.categorie == "conseil",
                Ticket.merged_into.is_(None),
            )
            .subquery()
            .c
        )
        key = (one.theme, one.type, one.code)
        references = func.array_agg(aggregate_order_by(one.reference, one.created_at.desc()))
        query = select(*key, func.count(), func.max(one.created_at), references).group_by(*key)
        query = query.where(one.code.is_not(None))
        if theme is not None:
            query = query.where(one.theme == theme)
        rows = (await self._session.execute(query)).all()
        return [ThemeAsked(row[0], row[1], row[2], row[3], row[4], tuple(row[5])) for row in rows]

    async def conversations(self, *, since: datetime, until: datetime) -> Mapping[str, int]:
        """Return the number of conversations about each theme: a count, never who."""
        themes = Conversation.memory["themes"]
        # A conversation about nothing yet holds null, which has no elements.
        listed = case((func.jsonb_typeof(themes) == "array", themes), else_=cast([], JSONB))
        one = (
            select(func.jsonb_array_elements_text(listed).label("theme"))
            .where(Conversation.last_seen_at >= since, Conversation.last_seen_at < until)
            .subquery()
            .c
        )
        rows = await self._session.execute(select(one.theme, func.count()).group_by(one.theme))
        return {row[0]: row[1] for row in rows}
