"""SQL of the advisors' queue: the most pressing first, whatever is asked of it.

`Ticket.queue_rank` is kept by PostgreSQL: what runs comes by due date (so what is late comes
first), then what waits for an élu or is done, the newest first.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, literal, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.collegues.models import Mention
from api.collegues.repository import MentionRepository
from api.tickets.models import RUNNING_RANK, Ticket
from api.tickets.repository import CursorInvalid, TicketFilter, filtered, plan_anew
from api.tickets.status import OPEN_STATUSES, WAITING

COUNTED = 1000
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
_DONE = ("resolu", "clos")


class View(StrEnum):
    """What of the queue is looked at."""

    RUNNING = "a_traiter"
    LATE = "en_retard"
    COMMON = "file_commune"
    WAITING = "en_attente"
    CITED = "ou_je_suis_cite"
    DONE = "traitees"
    ALL = "toutes"


_PAST_RUNNING = (View.WAITING, View.DONE)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue; `total` stops at COUNTED + 1."""

    tickets: Sequence[Ticket]
    following: str | None
    total: int


class QueueRepository:
    """Reads the queue through one session; `me` is who looks.

    `among`: the tickets that they may touch. `alone`: advisors who are away with nobody to stand
    in; their open tickets are to be taken, as those without an advisor.
    """

    def __init__(
        self,
        session: AsyncSession,
        *,
        me: str = "",
        among: ColumnElement[bool] | None = None,
        alone: Sequence[str] = (),
    ) -> None:
        self._session = session
        self._me = me
        self._among = true() if among is None else among
        self._alone = alone

    async def page(
        self,
        view: View,
        criteria: TicketFilter,
        *,
        unassigned: bool = False,
        cursor: str | None = None,
        limit: int,
        now: datetime,
    ) -> QueuePage:
        """Return one page, the most pressing first.

        Raises CursorInvalid.
        """
        query = self._query(view, criteria, unassigned=unassigned, now=now)
        await plan_anew(self._session)
        total = await self._count(query)
        ranked = query.add_columns(Ticket.queue_rank).order_by(Ticket.queue_rank, Ticket.id)
        if cursor is not None:
            ranked = ranked.where(tuple_(Ticket.queue_rank, Ticket.id) > _read_cursor(cursor))
        rows = (await self._session.execute(ranked.limit(limit + 1))).all()
        shown = rows[:limit]
        following = _write_cursor(shown[-1][1], shown[-1][0].id) if len(rows) > limit else None
        return QueuePage([row[0] for row in shown], following, total)

    async def count(
        self,
        view: View,
        criteria: TicketFilter,
        *,
        unassigned: bool,
        now: datetime,
        after: int | None = None,
    ) -> int:
        """Return how many tickets fit, up to COUNTED + 1; only those that came `after` one."""
        await plan_anew(self._session)
        query = self._query(view, criteria, unassigned=unassigned, now=now)
        return await self._count(query if after is None else query.where(Ticket.id > after))

    async def newest(self) -> int:
        """Return the number of the last ticket of all; 0 when there is none."""
        return await self._session.scalar(select(func.max(Ticket.id))) or 0

    def _query(
        self, view: View, criteria: TicketFilter, *, unassigned: bool, now: datetime
    ) -> Select[Ticket]:
        query = filtered(criteria, now).where(*_conditions(view, now, self._me), self._among)
        if view in _PAST_RUNNING:  # the index begins with what runs: it is not read
            query = query.where(Ticket.queue_rank > RUNNING_RANK)
        return query.where(self._unheld()) if unassigned else query

    def _unheld(self) -> ColumnElement[bool]:
        left = Ticket.assignee.in_(self._alone) & Ticket.status.in_(OPEN_STATUSES)
        return or_(Ticket.assignee.is_(None), left)

    async def _count(self, query: Select[Any]) -> int:
        few = query.with_only_columns(Ticket.id).limit(COUNTED + 1).subquery()
        return await self._session.scalar(select(func.count()).select_from(few)) or 0

    async def counts(self, now: datetime) -> dict[View, int]:
        """Return how many tickets each view holds, up to COUNTED + 1; of mentions, the unread.

        Counting no further costs the same whatever the number of tickets.
        """
        views = [each for each in View if each is not View.CITED]
        held = [_held((*_conditions(view, now, self._me), self._among)) for view in views]
        found = dict(zip(views, (await self._session.execute(select(*held))).one(), strict=True))
        unread = await MentionRepository(self._session).unread(self._me, among=self._among)
        found[View.CITED] = len(unread)
        return {view: found[view] for view in View}

    async def of_same_place(self, ticket: Ticket, *, limit: int) -> Sequence[Ticket]:
        """Return the other requests of the same collectivité, the newest first."""
        if ticket.territoire is None:
            return []
        key = {name: ticket.territoire[name] for name in ("type", "code")}
        query = (
            select(Ticket)
            .where(Ticket.territoire.contains(key), Ticket.id != ticket.id, self._among)
            .order_by(Ticket.id.desc())
            .limit(limit)
        )
        return (await self._session.execute(query)).scalars().all()


def _conditions(view: View, now: datetime, me: str) -> tuple[ColumnElement[bool], ...]:
    match view:
        case View.RUNNING:
            return (Ticket.queue_rank < RUNNING_RANK,)
        case View.LATE:
            return (Ticket.queue_rank < (now - _ORIGIN).total_seconds(),)
        case View.COMMON:
            return (Ticket.queue_rank < RUNNING_RANK, Ticket.team.is_(None))
        case View.WAITING:
            return (Ticket.status == WAITING,)
        case View.CITED:
            cited = select(Mention.ticket_id).where(Mention.nom == me)
            return (Ticket.id.in_(cited),)
        case View.DONE:
            return (Ticket.status.in_(_DONE),)
        case View.ALL:
            return ()


def _held(conditions: tuple[ColumnElement[bool], ...]) -> ScalarSelect[int]:
    few = select(literal(1)).select_from(Ticket).where(*conditions).limit(COUNTED + 1).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def _write_cursor(rank: float, ticket_id: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([rank, ticket_id]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[float, int]:
    try:
        rank, ticket_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return float(rank), int(ticket_id)
    except (ValueError, TypeError) as error:
        raise CursorInvalid from error
