"""What the form of a history asks for: words, and days that may be wrong."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from assistant.business_days import CELLULE

_DAYS = ("du", "au")


class DatedSearch:
    """What was typed, by field, `du` and `au` among them.

    A date that is not one is told in `wrong`, not obeyed; days are those of the cellule.
    """

    def __init__(self, **typed: str) -> None:
        self.shown = {name: _printable(text) for name, text in typed.items()}
        self.wrong = [name for name in _DAYS if self.shown[name] and not self._day(name)]

    def _day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.shown[name])
        except ValueError:
            return None

    @property
    def since(self) -> datetime | None:
        """Return the first moment asked for."""
        first = self._day("du")
        return _start(first) if first else None

    @property
    def until(self) -> datetime | None:
        """Return the moment after the last asked for."""
        last = self._day("au")
        return _start(last + timedelta(days=1)) if last and last < date.max else None

    @property
    def query(self) -> str:
        """Return the search as an address carries it."""
        return urlencode({name: value for name, value in self.shown.items() if value})


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable()).strip()


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), CELLULE.zone)
