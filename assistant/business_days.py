"""Working days and hours of the French administration: the delay promised to the élu."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

REPLY_WORKING_DAYS = 3
_SATURDAY = 5
_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When the cellule works, each working day."""

    opens: time = time(9)
    closes: time = time(18)
    zone: ZoneInfo = _PARIS

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


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("FR", years=year))


def is_working_day(day: date) -> bool:
    """Tell whether the administration works that day.

    >>> is_working_day(date(2026, 11, 11))
    False
    """
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def add_working_days(start: date, days: int = REPLY_WORKING_DAYS) -> date:
    """Return the date `days` working days after `start` (public holidays and week-ends skipped).

    >>> add_working_days(date(2026, 11, 24))
    datetime.date(2026, 11, 27)
    """
    current = start
    while days > 0:
        current += timedelta(days=1)
        if is_working_day(current):
            days -= 1
    return current


def promised_date(now: datetime, hours: WorkingHours = CELLULE) -> date:
    """Return the day by which someone who asks now is answered."""
    return add_working_days(hours.today(now))


def working_time_between(
    start: datetime, end: datetime, hours: WorkingHours = CELLULE
) -> timedelta:
    """Return how long the cellule worked between two moments."""
    worked, day = timedelta(), hours.today(start)
    while day <= hours.today(end):
        if is_working_day(day):
            opening, closing = hours.span(day)
            worked += max(min(end, closing) - max(start, opening), timedelta())
        day += timedelta(days=1)
    return worked


def add_working_time(start: datetime, amount: timedelta, hours: WorkingHours = CELLULE) -> datetime:
    """Return the moment when the cellule will have worked `amount` since `start`."""
    day, left = hours.today(start), amount
    while left > timedelta():
        if is_working_day(day):
            opening, closing = hours.span(day)
            begun = max(start, opening)
            if begun + left <= closing:
                return begun + left
            left -= max(closing - begun, timedelta())
        day += timedelta(days=1)
    return start
