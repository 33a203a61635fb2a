"""Whose tickets an advisor may touch: the rule of the teams, written once.

A ticket of the common queue is everyone's; a ticket of a team is its members'. Whoever holds a
ticket, or stands in for who holds it, may touch it whatever its team. A responsable, or an
advisor in no team, may touch them all. A team that the routing table does not know any more
hides nothing: its tickets are as those of the common queue.
"""

from dataclasses import dataclass
from datetime import date

from fastapi import Request
from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte
from api.comptes.roles import Role
from api.dependencies import get_container
from api.equipes.relais import ADVISORS, Absents, absents_on
from api.equipes.repository import EquipeRepository
from api.tickets.aiguillage import Aiguillage
from api.tickets.models import Ticket
from api.tickets.repository import TicketRepository
from assistant.business_days import CELLULE


@dataclass(frozen=True, slots=True)
class Reach:
    """What someone may touch: the tickets of no team, of `ours`, those that `holders` hold.

    `ours` is None when they may touch them all; `absents`: those who are away.
    """

    nom: str
    ours: frozenset[str] | None
    absents: Absents

    @property
    def instead(self) -> tuple[str, ...]:
        """Those whom they stand in for."""
        return self.absents.relayed_by(self.nom)

    @property
    def holders(self) -> tuple[str, ...]:
        """Whose tickets are theirs, whatever the team."""
        return (self.nom, *self.instead)

    def covers(self, team: str | None, assignee: str | None) -> bool:
        """Tell whether a ticket may be touched."""
        if self.ours is None or team is None:
            return True
        return team in self.ours or assignee in self.holders

    @property
    def condition(self) -> ColumnElement[bool]:
        """What `covers` says, in SQL that the indexes of the queue answer."""
        if self.ours is None:
            return true()
        return or_(
            Ticket.team.is_(None),
            Ticket.team.in_(sorted(self.ours)),
            Ticket.assignee.in_(self.holders),
        )


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Who is there on a day, and what each may touch."""

    reaches: dict[str, Reach]
    absents: Absents

    def may_open(self, ticket: Ticket) -> list[str]:
        """Return the advisors who may touch a ticket, by name."""
        team, assignee = ticket.team, ticket.assignee
        return [nom for nom, each in self.reaches.items() if each.covers(team, assignee)]

    def may_hold(self, ticket: Ticket) -> list[str]:
        """Return the advisors whom a ticket may be given to, by name; who holds it is one."""
        there = {nom for nom in self.reaches if self.absents.of(nom) is None}
        return sorted({*there, *filter(None, [ticket.assignee])})


def _reach(compte: Compte, teams: frozenset[str], gone: frozenset[str], absents: Absents) -> Reach:
    everything = compte.role == Role.RESPONSABLE or not teams
    return Reach(compte.nom, None if everything else teams | gone, absents)


async def _gone(session: AsyncSession, table: Aiguillage) -> frozenset[str]:
    """Return the teams that have tickets, but are in the table no more."""
    known = {each.id for each in table.equipes}
    return frozenset(await TicketRepository(session).teams()) - known


async def reach_of(request: Request, session: AsyncSession) -> Reach:
    """Return what the account that was let in may touch today."""
    compte: Compte = request.state.compte
    services = get_container(request)
    absents = await absents_on(session, CELLULE.today(services.clock.now()))
    teams = await EquipeRepository(session).of(compte.id)
    gone = await _gone(session, services.aiguillage)
    return _reach(compte, teams, gone, absents)


async def colleagues_on(session: AsyncSession, table: Aiguillage, day: date) -> Colleagues:
    """Return what each advisor in use may touch on a day."""
    absents, teams = await absents_on(session, day), await EquipeRepository(session).all()
    gone = await _gone(session, table)
    in_use = Compte.disabled_at.is_(None) & Compte.role.in_(ADVISORS)
    found = await session.scalars(select(Compte).where(in_use).order_by(Compte.nom))
    return Colleagues(
        {each.nom: _reach(each, teams.get(each.id, frozenset()), gone, absents) for each in found},
        absents,
    )


async def team_refused(request: Request, session: AsyncSession, reference: str) -> str | None:
    """Return the name of the other team whose ticket this is; None when it may be touched."""
    found = await session.execute(
        select(Ticket.team, Ticket.assignee).where(Ticket.reference == reference)
    )
    row = found.one_or_none()
    if row is None or (await reach_of(request, session)).covers(*row):
        return None
    equipe = get_container(request).aiguillage.equipe(row[0])
    return equipe.nom if equipe else row[0]
