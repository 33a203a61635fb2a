"""Working days and hours of the French administration: the delay promised to the élu.

The delay is counted in the days of the cellule, in Paris; its end is one moment, which the élu
reads on the clock of their own territory (decision 0024).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assistant.replies import french_date
from knowledge.territoires.calendrier import HEXAGONE, Calendrier, calendrier_of

REPLY_WORKING_DAYS = 3


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When the cellule works, each working day."""

    opens: time = time(9)
    closes: time = time(18)
    zone: ZoneInfo = HEXAGONE.zone

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return the opening and the closing of a day, in UTC: hours there are all equal."""
        opening, closing = (
            datetime.combine(day, at, self.zone).astimezone(UTC) for at in (self.opens, self.closes)
        )
        return opening, closing

    def today(self, now: datetime) -> date:
        """Return the day that it is there."""
        return now.astimezone(self.zone).date()


CELLULE = WorkingHours()


def add_working_days(start: date, days: int = REPLY_WORKING_DAYS) -> date:
    """Return the date `days` working days after `start` (public holidays and week-ends skipped).

    >>> add_working_days(date(2026, 11, 24))
    datetime.date(2026, 11, 27)
    """
    current = start
    while days > 0:
        current += timedelta(days=1)
        if HEXAGONE.is_working_day(current):
            days -= 1
    return current


def promised_date(now: datetime, hours: WorkingHours = CELLULE) -> date:
    """Return the day by which someone who asks now is answered."""
    return add_working_days(hours.today(now))


@dataclass(frozen=True, slots=True)
class Promise:
    """The moment when an answer is due, as whoever asked reads it."""

    due: datetime
    calendrier: Calendrier = HEXAGONE

    @property
    def day(self) -> date:
        """Return the day that it is there at that moment."""
        return self.calendrier.today(self.due)

    @property
    def words(self) -> str:
        """Write it in full; where the clock is not that of Paris, say both.

        >>> Promise(datetime(2026, 11, 27, 17, tzinfo=UTC)).words
        'vendredi 27 novembre 2026'
        """
        here, paris = (self.due.astimezone(each.zone) for each in (self.calendrier, HEXAGONE))
        if here.utcoffset() == paris.utcoffset():
            return french_date(here)
        other_day = f"{french_date(paris)} à " if paris.date() != here.date() else ""
        return (
            f"{french_date(here)} à {french_hour(here)}, {self.calendrier.heure}"
            f" ({other_day}{french_hour(paris)} à Paris)"
        )


def french_hour(moment: datetime) -> str:
    """Return an hour as it is said: « 18 h », « 7 h 30 »."""
    minutes = f"\u00a0{moment:%M}" if moment.minute else ""
    return f"{moment.hour}\u00a0h{minutes}"


def promise_to(
    territoire: Mapping[str, Any] | None, now: datetime, hours: WorkingHours = CELLULE
) -> Promise:
    """Return what is promised to an élu of this territory who asks now: the closing of that day."""
    closing = hours.span(promised_date(now, hours))[1]
    return Promise(closing, calendrier_of(territoire))


def working_days_since(start: datetime, now: datetime, calendrier: Calendrier) -> int:
    """Return how many working days of a place began since then: the élu's holidays are not some."""
    first, last = calendrier.today(start), calendrier.today(now)
    days = (first + timedelta(days=each) for each in range(1, (last - first).days + 1))
    return sum(calendrier.is_working_day(day) for day in days)


def working_time_between(
    start: datetime, end: datetime, hours: WorkingHours = CELLULE
) -> timedelta:
    """Return how long the cellule worked between two moments."""
    worked, day = timedelta(), hours.today(start)
    while day <= hours.today(end):
        if HEXAGONE.is_working_day(day):
            opening, closing = hours.span(day)
            worked += max(min(end, closing) - max(start, opening), timedelta())
        day += timedelta(days=1)
    return worked


def add_working_time(start: datetime, amount: timedelta, hours: WorkingHours = CELLULE) -> datetime:
    """Return the moment when the cellule will have worked `amount` since `start`."""
    day, left = hours.today(start), amount
    while left > timedelta():
        if HEXAGONE.is_working_day(day):
            opening, closing = hours.span(day)
            begun = max(start, opening)
            if begun + left <= closing:
                return begun + left
            left -= max(closing - begun, timedelta())
        day += timedelta(days=1)
    return start
