"""The days that French time words cover: months, seasons, weeks; pure calendar arithmetic."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv",
            "fevrier fevr",
            "mars",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "aout",
            "septembre sept",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, name in enumerate(
        ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
    )
}
# Astronomical seasons, to the nearest usual day; « la rentrée » is that of schools.
_SEASONS = {
    "printemps": ((3, 20), (6, 20)),
    "ete": ((6, 21), (9, 21)),
    "automne": ((9, 22), (12, 20)),
    "hiver": ((12, 21), (3, 19)),
    "rentree": ((9, 1), (9, 30)),
}
SEASONS = tuple(_SEASONS)
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
_THIRDS = {"debut": (1, 10), "mi": (11, 20), "milieu": (11, 20), "fin": (21, 31)}
_YEAR_THIRDS = {"debut": (1, 3), "mi": (5, 8), "milieu": (5, 8), "fin": (10, 12)}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


def day(year: int, month: int, number: int) -> Period | None:
    """Return one day, or None when the calendar has none such."""
    try:
        found = date(year, month, number)
    except ValueError:
        return None
    return Period(found, found)


def month_period(year: int, month: int, part: str = "") -> Period:
    """Return a month, or the « début », « mi » or « fin » of it."""
    length = monthrange(year, month)[1]
    first, last = _THIRDS.get(part, (1, length))
    return Period(date(year, month, first), date(year, month, min(last, length)))


def year_period(year: int, part: str = "") -> Period:
    """Return a year, or the « début », « mi » or « fin » of it."""
    first, last = _YEAR_THIRDS.get(part, (1, _MONTHS_A_YEAR))
    return Period(date(year, first, 1), month_period(year, last).last)


def season(name: str, year: int) -> Period:
    """Return a season by the year in which it begins."""
    (month, number), (last_month, last_number) = _SEASONS[name]
    ends = year + (last_month < month)
    return Period(date(year, month, number), date(ends, last_month, last_number))


def next_season(name: str, today: date) -> Period:
    """Return the season under way, else the next one."""
    return next(
        period
        for year in (today.year - 1, today.year, today.year + 1)
        if (period := season(name, year)).last >= today
    )


def next_month(month: int, today: date, part: str = "") -> Period:
    """Return the coming month of this name: the present one counts."""
    year = today.year + (month < today.month)
    return month_period(year, month, part)


def next_day(month: int, number: int, today: date) -> Period | None:
    """Return the coming day of this date; None when the calendar has none such."""
    found = day(today.year, month, number)
    if found and found.first < today:
        found = day(today.year + 1, month, number)
    return found


def shift(today: date, count: int, unit: str) -> date:
    """Return the day `count` units away (« jour », « semaine », « mois », « an »)."""
    if unit in ("jour", "semaine"):
        return today + timedelta(days=count * (_DAYS_A_WEEK if unit == "semaine" else 1))
    months = today.month - 1 + count * (_MONTHS_A_YEAR if unit == "an" else 1)
    year, month = today.year + months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def whole(unit: str, holding: date) -> Period:
    """Return the day, week (from Monday), month or year that holds a day."""
    if unit == "semaine":
        monday = holding - timedelta(days=holding.weekday())
        return Period(monday, monday + timedelta(days=_DAYS_A_WEEK - 1))
    if unit == "mois":
        return month_period(holding.year, holding.month)
    return year_period(holding.year) if unit == "an" else Period(holding, holding)


def next_weekday(number: int, today: date) -> Period:
    """Return the next day of this name; today's own name means in a week."""
    ahead = (number - today.weekday() - 1) % _DAYS_A_WEEK + 1
    found = today + timedelta(days=ahead)
    return Period(found, found)
