"""The hour and the holidays where the élu is: when to telephone, how long to have waited.

A holiday there gives the cellule no respite (decision 0024).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.tickets.clock import waited_days
from api.tickets.models import Ticket
from assistant.business_days import french_hour
from knowledge.territoires.calendrier import HEXAGONE, Calendrier, calendrier_of

_AHEAD = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class ChezElu:
    """What an advisor in Paris does not know by heart; `heure` only where it is another one."""

    heure: str | None
    feries: Sequence[tuple[date, str]]
    attendu: int | None


def at_the_elus(ticket: Ticket, now: datetime) -> ChezElu:
    """Return what differs from Paris at the élu's, now and in the two weeks to come."""
    calendrier = calendrier_of(ticket.territoire)
    return ChezElu(_hour(calendrier, now), _holidays(calendrier, now), waited_days(ticket, now))


def _hour(calendrier: Calendrier, now: datetime) -> str | None:
    here = now.astimezone(calendrier.zone)
    if here.utcoffset() == now.astimezone(HEXAGONE.zone).utcoffset():
        return None
    return f"{french_hour(here)}, {calendrier.heure}"


def _holidays(calendrier: Calendrier, now: datetime) -> list[tuple[date, str]]:
    today = calendrier.today(now)
    days = (today + timedelta(days=each) for each in range(_AHEAD.days + 1))
    return [(day, name) for day in days if (name := calendrier.own_holiday(day))]
