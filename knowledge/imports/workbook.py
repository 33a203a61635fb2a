"""An Excel workbook (.xlsx) as lines of cells; what is dangerous is refused before it is opened."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import openpyxl

from knowledge.imports.problems import FileRefused

# A workbook of 10 MB seldom unfolds to more than ten times as much; a bomb does, a thousandfold.
MAX_UNFOLDED_BYTES = 100_000_000
MAX_PARTS = 1_000


def read_workbook(
    data: bytes, *, max_rows: int, max_columns: int
) -> Iterator[tuple[int, list[Any]]]:
    """Yield the lines of the first sheet, numbered from one; a formula is given as its text.

    Raises:
        FileRefused: the file is damaged, is no workbook, or unfolds beyond measure.
    """
    _check_archive(data)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        # The declared size of a sheet may be false: read what is there, bounded.
        sheet.reset_dimensions()
        lines = sheet.iter_rows(max_row=max_rows + 2, max_col=max_columns + 1, values_only=True)
        read = [_trimmed(cells) for cells in lines]
    except Exception:  # whatever the library says of a damaged file: it cannot be read
        raise FileRefused("excel_illisible") from None
    yield from enumerate(read, start=1)


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {each.filename: each.file_size for each in archive.infolist()}
            oversized = sum(parts.values()) > MAX_UNFOLDED_BYTES or len(parts) > MAX_PARTS
            damaged = not oversized and archive.testzip() is not None
    except Exception:  # a damaged archive fails in many ways, all of which mean the same
        raise FileRefused("excel_illisible") from None
    if oversized:
        raise FileRefused("excel_demesure")
    if damaged or "xl/workbook.xml" not in parts:
        raise FileRefused("excel_illisible")


def _trimmed(cells: Sequence[Any]) -> list[Any]:
    """Return the cells of a line without the empty ones at its end."""
    last = max((n for n, cell in enumerate(cells, start=1) if cell is not None), default=0)
    return list(cells[:last])
