"""Cells to values and back: lists, days, numbers; formulas are refused, never run nor kept."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from nlu.text import strip_invisible

_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00)?)?")
# Spreadsheets run a text that begins so. A list item (« - … ») is no formula.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?! )\S*[(|!]")
_ESCAPED = re.compile(r"'+[=@+\t\r-]")
_PIECE = re.compile(r"(?:[^|\\]|\\.)+", re.S)
_SEPARATOR = " | "


class CellRefused(Exception):
    """A cell that cannot be read: the code of its message (`messages.yml` of resources)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def to_text(cell: Any) -> str:
    """Return the text of a cell, without what cannot be seen.

    Raises:
        CellRefused: it is a formula, or no text at all.
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool | list | dict):
        raise CellRefused("string_type")
    text = strip_invisible(str(cell).replace("\r\n", "\n")).strip(" \n")
    if _FORMULA.match(text):
        raise CellRefused("formule")
    return text[1:] if _ESCAPED.match(text) else text


def to_list(cell: Any) -> list[str]:
    """Return the texts of a cell that holds several, separated by « | »."""
    if isinstance(cell, list):
        return [each for item in cell if (each := to_text(item))]
    pieces = (re.sub(r"\\(.)", r"\1", each, flags=re.S) for each in _PIECE.findall(to_text(cell)))
    return [each.strip() for each in pieces if each.strip()]


def to_int(cell: Any) -> int | None:
    """Return the whole number of a cell; thousands may be separated by spaces."""
    text = re.sub(r"\s", "", to_text(cell))
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise CellRefused("int_parsing")
    return int(text)


def to_day(cell: Any) -> date | None:
    """Return the day of a cell: a date of Excel, « 2026-11-23 » or « 23/11/2026 »."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = to_text(cell)
    if not text:
        return None
    french, iso = _FRENCH_DAY.fullmatch(text), _ISO_DAY.fullmatch(text)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        if iso:
            return date.fromisoformat(iso[1])
    except ValueError:
        pass
    raise CellRefused("date_parsing")


def from_list(values: Iterable[str]) -> str:
    """Write several texts in one cell."""
    return _SEPARATOR.join(re.sub(r"([\\|])", r"\\\1", each) for each in values)


def from_text(text: str) -> str:
    """Write a text that no spreadsheet takes for a formula; `to_text` gives it back."""
    text = text.strip(" \n")
    return f"'{text}" if _FORMULA.match(text) or _ESCAPED.match(text) else text


def protect(value: Any) -> Any:
    """Return a JSON value whose texts are data, never formulas, whatever they begin with."""
    if isinstance(value, str):
        return from_text(value)
    if isinstance(value, list):
        return [protect(each) for each in value]
    if isinstance(value, dict):
        return {name: protect(each) for name, each in value.items()}
    return value
