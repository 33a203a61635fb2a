"""Which column of a file fills which field of a resource: the mapping that a preview shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.imports.problems import FileRefused, load_data
from knowledge.imports.table import Table
from knowledge.resources.snapshot import FIELDS
from nlu.text import fold

MAX_SOURCES = 10
SOURCE_PARTS = ("nom", "url", "date", "consultee_le")
_SOURCE = re.compile(r"source_(?P<number>[1-9]|10)_(?P<part>nom|url|date|consultee_le)")
# Read back from an export, but never written: an import leaves states to the staff.
UNWRITTEN = ("etat", "version")


@dataclass(frozen=True, slots=True)
class Columns:
    """The field of each column, None when it is ignored."""

    fields: Mapping[str, str | None]

    def has(self, field: str) -> bool:
        """Tell whether some column fills a field."""
        return field in self.fields.values()


def match_columns(table: Table, wanted: Mapping[str, str] | None = None) -> Columns:
    """Return the mapping of a table; `wanted` corrects what the names suggest.

    Raises:
        FileRefused: two columns fill one field, one is unknown, or titles are missing.
    """
    wanted = wanted or {}
    for column, target in wanted.items():
        if column not in table.columns or (target and not is_field(target)):
            unknown = target if column in table.columns else column
            raise FileRefused("colonne_inconnue", colonne=unknown)
    fields: dict[str, str | None] = {}
    for column in table.columns:
        field = wanted.get(column, guess(column)) or None
        if field is not None and field in fields.values():
            raise FileRefused("colonne_repetee", colonne=field)
        fields[column] = field
    found = Columns(fields)
    if not found.has("id"):
        for name in ("type", "titre"):
            if not found.has(name):
                raise FileRefused("colonne_absente", colonne=name)
    return found


def is_field(name: str) -> bool:
    """Tell whether a column may fill this field."""
    return name in FIELDS or name in UNWRITTEN or _SOURCE.fullmatch(name) is not None


def guess(column: str) -> str | None:
    """Return the field that the title of a column suggests, None for none."""
    name = fold(column)
    for candidate in (name, name.replace(" ", "_")):
        if is_field(candidate):
            return candidate
        if candidate in load_data("colonnes"):
            return load_data("colonnes")[candidate]
    return None
