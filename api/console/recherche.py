"""A history that is searched: what its form asks for, one page of it, all of it as a table."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import Database
from api.tableur import BOM, csv_lines
from assistant.business_days import CELLULE

PAGE = 50
_BLOCK = 2000
_DAYS = ("du", "au")


class Numbered(Protocol):
    """A line of a history; the latest has the greatest number."""

    id: Any


Line = TypeVar("Line", bound=Numbered)


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


def page_facts(found: Sequence[Numbered], search: DatedSearch) -> dict[str, Any]:
    """Return what a page shows of what was found, one line too many telling that more follows."""
    return {
        "suivant": found[PAGE - 1].id if len(found) > PAGE else None,
        "cherche": search.shown,
        "adresse": search.query,
        "dates_fausses": search.wrong,
    }


def csv_history(
    database: Database,
    name: str,
    columns: Sequence[str],
    *,
    read: Callable[[AsyncSession, int | None, int], Awaitable[Sequence[Line]]],
    row: Callable[[Line], Sequence[str]],
) -> Response:
    """Return a whole history as a file for a spreadsheet, newest first, however long.

    `read` gives so many lines numbered below the one given, all of them from None.
    """

    async def lines() -> AsyncIterator[str]:
        yield BOM + csv_lines([columns])
        before: int | None = None
        while True:
            async with database.sessions() as session:
                found = await read(session, before, _BLOCK)
            if not found:
                return
            yield csv_lines([row(each) for each in found])
            before = found[-1].id

    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable()).strip()


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), CELLULE.zone)
