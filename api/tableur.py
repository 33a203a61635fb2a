"""Files for a spreadsheet: semicolons, as French ones expect, and no cell taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Response

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: Iterable[Sequence[Any]]) -> str:
    """Return the lines of a file, without its mark of encoding."""
    target = io.StringIO()
    csv.writer(target, delimiter=";").writerows([[_inert(each) for each in row] for row in rows])
    return target.getvalue()


def csv_file(rows: Iterable[Sequence[Any]], name: str) -> Response:
    """Return a whole file of this name, that no browser keeps."""
    return Response(
        BOM + csv_lines(rows),
        media_type="text/csv; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def decimal(value: float | None, *, digits: int = 1) -> str:
    """Return a number with so many decimals, the French way; nothing for none."""
    return "" if value is None else f"{value:.{digits}f}".replace(".", ",")


def _inert(cell: Any) -> Any:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
