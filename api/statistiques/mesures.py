"""What the base knows of a period for the impact matrix: numbers, no word, no name."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.carte.cartogram import load_grille
from api.conversations.models import Conversation, Feedback, Item
from api.satisfaction.repository import Period as Asked
from api.satisfaction.repository import SatisfactionRepository
from api.statistiques.delais import DelaysRepository
from api.statistiques.figures import FEW
from api.statistiques.impact import Mesures, Part
from api.statistiques.repository import PLACE, PLACED, FiguresRepository, Period, within
from api.tickets.desk import ELU
from api.tickets.models import Ticket


async def measure(session: AsyncSession, period: Period, *, now: datetime) -> Mesures:
    """Count what the matrix tells of a period."""
    figures = FiguresRepository(session, period)
    whole = await figures.whole(now)
    places = await figures.by("departements")
    waited = (await DelaysRepository(session, period, now=now).whole()).reponse
    alone, opened = await _conversations(session, period)
    return Mesures(
        demandes=whole.demandes,
        conversations=opened,
        collectivites=await _collectivites(session, period),
        departements=sum(1 for each in places if each.nom and each.demandes >= FEW),
        tous_departements=len(load_grille().cases),
        satisfaction=await _satisfaction(session, period),
        avis_assistant=await _opinions(session, period),
        delai=Part(waited.a_temps, waited.jugees),
        sans_conseiller=Part(alone, opened),
    )


async def _collectivites(session: AsyncSession, period: Period) -> int:
    query = select(func.count(PLACE.distinct()))
    named = query.where(within(period), PLACED)
    return await session.scalar(named) or 0


async def _conversations(session: AsyncSession, period: Period) -> tuple[int, int]:
    """Return how many led to no request, and how many there are.

    A window opened without a word is no conversation.
    """
    spoken = exists().where(Item.conversation_id == Conversation.id, Item.author == ELU)
    asked = exists().where(Ticket.conversation_id == Conversation.id)
    query = select(func.count().filter(~asked), func.count())
    opened = _within(Conversation.created_at, period)
    row = (await session.execute(query.where(opened, spoken))).one()
    return row[0], row[1]


async def _satisfaction(session: AsyncSession, period: Period) -> Part:
    told = await SatisfactionRepository(session).total(Asked(period.since, period.until))
    return Part(told.oui, told.oui + told.en_partie + told.non)


async def _opinions(session: AsyncSession, period: Period) -> Part:
    query = select(func.count().filter(Feedback.useful), func.count())
    row = (await session.execute(query.where(_within(Feedback.created_at, period)))).one()
    return Part(row[0], row[1])


def _within(moment: Any, period: Period) -> ColumnElement[bool]:
    told: ColumnElement[bool] = (moment >= period.since) & (moment < period.until)
    return told
