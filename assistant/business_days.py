"""Working days of the French administration: the delay promised to the élu."""

from datetime import date, timedelta

from holidays import country_holidays

REPLY_WORKING_DAYS = 3
_SATURDAY = 5


def add_working_days(start: date, days: int = REPLY_WORKING_DAYS) -> date:
    """Return the date `days` working days after `start` (public holidays and week-ends skipped).

    >>> add_working_days(date(2026, 11, 24))
    datetime.date(2026, 11, 27)
    """
    closed = country_holidays("FR", years=(start.year, start.year + 1))
    current = start
    while days > 0:
        current += timedelta(days=1)
        if current.weekday() < _SATURDAY and current not in closed:
            days -= 1
    return current
