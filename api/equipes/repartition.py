"""Gives a ticket to the advisor of a team who has the least to do, where the team wants it."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte
from api.comptes.roles import Role
from api.equipes.models import CompteEquipe, Tour
from api.equipes.relais import ADVISORS, absents_on
from api.tickets.aiguillage import Equipe
from api.tickets.journal import SYSTEM, Journal
from api.tickets.models import Ticket
from api.tickets.status import OPEN_STATUSES
from assistant.business_days import CELLULE

_NAME = "repartition"


async def distribute(
    session: AsyncSession, ticket: Ticket, equipe: Equipe | None, *, now: datetime
) -> None:
    """Give a ticket that nobody holds to whoever of its team is there and has the least to do.

    One ticket is given at a time, so that tickets that come together do not all go to the same
    one. Nothing is done for a team that lets its advisors choose, or when nobody is there.
    """
    if equipe is None or equipe.attribution != "moins_charge" or ticket.assignee is not None:
        return
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": _NAME}
    )
    chosen = await _least_busy(session, equipe.id, now)
    if chosen is None:
        return
    served = insert(Tour).values(compte_id=chosen.id, servi_le=func.clock_timestamp())
    await session.execute(
        served.on_conflict_do_update(
            index_elements=["compte_id"], set_={"servi_le": served.excluded.servi_le}
        )
    )
    await _give(session, ticket, chosen.nom, now=now)


async def entrust(
    session: AsyncSession, ticket: Ticket, courriel: str, *, rule: str, now: datetime
) -> None:
    """Give a ticket to the advisor whom a rule of the table names by the address of their account.

    Nothing is done when there is no such account in use, or when they are away.
    """
    away = await absents_on(session, CELLULE.today(now))
    named = select(Compte.nom).where(
        func.lower(Compte.courriel) == courriel.lower(),
        Compte.disabled_at.is_(None),
        Compte.role.in_(ADVISORS),
        Compte.nom.not_in(away.relais),
    )
    nom = await session.scalar(named)
    if nom is not None:
        await _give(session, ticket, nom, now=now, rule=rule)


async def _give(
    session: AsyncSession, ticket: Ticket, nom: str, *, now: datetime, **told: str
) -> None:
    ticket.assignee, ticket.updated_at = nom, now
    await session.flush()
    changes = {"assignee": [None, nom], **told}
    await Journal(session).changed(ticket, kind="assigned", actor=SYSTEM, changes=changes)


async def _least_busy(session: AsyncSession, equipe: str, now: datetime) -> Compte | None:
    """Return the advisor with the fewest open tickets; of equals, who waited the longest."""
    away = await absents_on(session, CELLULE.today(now))
    load = (
        select(func.count())
        .where(Ticket.assignee == Compte.nom, Ticket.status.in_(OPEN_STATUSES))
        .correlate(Compte)
        .scalar_subquery()
    )
    query = (
        select(Compte)
        .outerjoin(Tour, Tour.compte_id == Compte.id)
        .where(Compte.disabled_at.is_(None), _of_team(equipe), Compte.nom.not_in(away.relais))
        .order_by(load, Tour.servi_le.nulls_first(), Compte.nom)
        .limit(1)
    )
    return await session.scalar(query)


def _of_team(equipe: str) -> ColumnElement[bool]:
    """Those of the team, and the advisors who are in every team because they are in none."""
    of = select(CompteEquipe.compte_id).where(CompteEquipe.compte_id == Compte.id)
    everywhere = (Compte.role == Role.CONSEILLER) & ~exists(of)
    return Compte.role.in_(ADVISORS) & or_(
        exists(of.where(CompteEquipe.equipe == equipe)), everywhere
    )
