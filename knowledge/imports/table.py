"""A file of resources as rows of cells, whatever its format; the format is read from its bytes."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.imports.cells import protect
from knowledge.imports.problems import FileRefused
from knowledge.imports.workbook import read_workbook

MAX_BYTES = 10_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 200
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_DELIMITERS = ";,\t"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line in the file, its cells by column."""

    line: int
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns and rows of a file."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(data: bytes) -> Table:
    """Read a CSV, Excel or JSON file.

    Raises:
        FileRefused: the file as a whole cannot be read; says why and what to do.
    """
    if not data.strip():
        raise FileRefused("fichier_vide")
    if len(data) > MAX_BYTES:
        raise FileRefused("fichier_volumineux", limite=MAX_BYTES // 1_000_000)
    if data.startswith(_OLD_EXCEL):
        raise FileRefused("excel_ancien")
    if data.startswith(b"PK"):
        return _from_lines(read_workbook(data, max_rows=MAX_ROWS, max_columns=MAX_COLUMNS))
    if _JSON_START.match(data):
        return _read_json(data)
    return _from_lines(_read_csv(_decode(data)))


def _decode(data: bytes) -> str:
    try:
        if data.startswith(_UTF16):
            return data.decode("utf-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FileRefused("encodage", ligne=line) from None
    if "\0" in text:
        raise FileRefused("pas_un_tableau")
    return text


def _read_csv(text: str) -> Iterator[tuple[int, list[Any]]]:
    header = text.lstrip().split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, list(cells)
            line = reader.line_num + 1
    except csv.Error:
        raise FileRefused("csv_illisible", ligne=line) from None


def _from_lines(lines: Iterator[tuple[int, list[Any]]]) -> Table:
    columns: list[str] = []
    rows: list[Row] = []
    for line, cells in lines:
        if not any(_filled(each) for each in cells):
            continue
        if not columns:
            columns = _header(cells)
            continue
        if any(_filled(each) for each in cells[len(columns) :]):
            raise FileRefused("trop_de_cellules", ligne=line)
        named = zip(columns, cells, strict=False)
        rows.append(Row(line, {name: cell for name, cell in named if name}))
        _check_count(rows)
    if not rows:
        raise FileRefused("aucune_ligne")
    return Table(tuple(name for name in columns if name), tuple(rows))


def _header(cells: list[Any]) -> list[str]:
    names = ["" if each is None else str(each).strip() for each in cells]
    if len(names) > MAX_COLUMNS:
        raise FileRefused("trop_de_colonnes", limite=MAX_COLUMNS)
    repeated = {name for name in names if name and names.count(name) > 1}
    if repeated:
        raise FileRefused("colonne_repetee", colonne=min(repeated))
    return names


def _read_json(data: bytes) -> Table:
    try:
        loaded = protect(json.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise FileRefused("encodage", ligne=1) from None
    except (ValueError, RecursionError):
        raise FileRefused("json_illisible") from None
    items = loaded.get("items") if isinstance(loaded, dict) else loaded
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise FileRefused("json_forme")
    rows = [Row(number, each) for number, each in enumerate(items, start=1)]
    if not rows:
        raise FileRefused("aucune_ligne")
    _check_count(rows)
    return Table(tuple(dict.fromkeys(k for r in rows for k in r.cells)), tuple(rows))


def _check_count(rows: list[Row]) -> None:
    if len(rows) > MAX_ROWS:
        raise FileRefused("trop_de_lignes", limite=MAX_ROWS)


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""
