"""How time passes in each part of the country: its clock and its public holidays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from holidays import country_holidays

_FILE = Path(__file__).with_name("calendriers.yml")
_SATURDAY = 5
_OVERSEAS = ("97", "98")


@dataclass(frozen=True, slots=True)
class Calendrier:
    """The clock and the public holidays of a place; `heure` says the clock in French."""

    zone: ZoneInfo
    heure: str
    subdivision: str | None = None

    def today(self, now: datetime) -> date:
        """Return the day that it is there."""
        return now.astimezone(self.zone).date()

    def is_working_day(self, day: date) -> bool:
        """Tell whether an administration works there that day.

        >>> HEXAGONE.is_working_day(date(2026, 11, 11))
        False
        """
        return day.weekday() < _SATURDAY and day not in _holidays(self.subdivision, day.year)

    def own_holiday(self, day: date) -> str | None:
        """Return the name of a public holiday of that place alone, or None."""
        if day in _holidays(None, day.year):
            return None
        return _holidays(self.subdivision, day.year).get(day)


HEXAGONE = Calendrier(ZoneInfo("Europe/Paris"), "heure de Paris")


def calendrier_of(territoire: Mapping[str, Any] | None) -> Calendrier:
    """Return the calendar of a collectivité (`type`, `code`, `departement`): Paris when unknown.

    >>> calendrier_of({"type": "commune", "code": "97411"}).heure
    'heure de La Réunion'
    """
    if not territoire:
        return HEXAGONE
    type_, code = territoire.get("type"), str(territoire.get("code") or "")
    departement = territoire.get("departement") or _departement(type_, code)
    places = ((type_, code), ("departement", departement))
    return next((_places()[each] for each in places if each in _places()), HEXAGONE)


def _departement(type_: str | None, code: str) -> str | None:
    """Return the département of a commune from its INSEE code: those overseas have three digits."""
    if type_ != "commune":
        return None
    return code[:3] if code.startswith(_OVERSEAS) else code[:2]


@cache
def _places() -> dict[tuple[str | None, str | None], Calendrier]:
    """Read which calendar each place has, by type and code."""
    found: dict[tuple[str | None, str | None], Calendrier] = {}
    for each in yaml.safe_load(_FILE.read_text(encoding="utf-8")).values():
        calendrier = Calendrier(ZoneInfo(each["fuseau"]), each["heure"], each["feries"])
        for type_ in ("commune", "departement", "region"):
            found |= {(type_, code): calendrier for code in each.get(f"{type_}s", ())}
    return found


@cache
def _holidays(subdivision: str | None, year: int) -> dict[date, str]:
    """Return the public holidays of a year, named in French."""
    found = country_holidays("FR", subdiv=subdivision, years=year, language="fr")
    return {day: name.replace("'", "\u2019") for day, name in found.items()}
