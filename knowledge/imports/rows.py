"""A row of a file as a change of a resource: the fields that it fills, and only those."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from knowledge.imports.cells import CellRefused, to_day, to_int, to_list, to_text
from knowledge.imports.columns import MAX_SOURCES, SOURCE_PARTS, Columns
from knowledge.imports.table import Row
from knowledge.resources.identifiers import make_identifier
from knowledge.resources.problems import ContentProblem
from knowledge.resources.resource import Resource, ResourceType, Source
from knowledge.resources.vocabulary import load_vocabulary
from nlu.text import fold

_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "titre": ("title", to_text),
    "resume": ("summary", to_text),
    "corps": ("body", to_text),
    "themes": ("themes", to_list),
    "territoires": ("territoires", to_list),
    "population": ("population", to_int),
    "publics": ("publics", to_list),
    "annee": ("year", to_int),
    "verifie_le": ("verified_on", to_day),
    "a_revoir_le": ("review_on", to_day),
    "expire_le": ("expires_on", to_day),
    "responsable": ("owner", to_text),
    "questions": ("questions", to_list),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row says: which resource, the values it gives, the version it was exported at."""

    line: int
    id: str
    type: ResourceType | None
    values: Mapping[str, Any]
    version: int | None
    problems: tuple[ContentProblem, ...]

    def apply(self, resource: Resource) -> Resource:
        """Return a resource with the values of the row."""
        return replace(resource, **self.values)

    def to_draft(self) -> Resource | None:
        """Return a new resource, None when its type is not known."""
        if self.type is None:
            return None
        empty = Resource(id=self.id, type=self.type, title="", summary="", body="")
        return self.apply(empty)


def read_row(row: Row, columns: Columns) -> Entry:
    """Read a row; what cannot be read goes to `problems`."""
    cells = {field: row.cells.get(column) for column, field in columns.fields.items() if field}
    reading = _Reading(row.line)
    values = {
        attribute: reading.read(field, reader, cells[field])
        for field, (attribute, reader) in _READERS.items()
        if field in cells
    }
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    if "territoires" in values:
        values["territoires"] = values["territoires"] or ("france",)
    if "owner" in values:
        values["owner"] = values["owner"] or None
    if any(field.startswith("source") for field in cells):
        values["sources"] = reading.sources(cells)
    kind = reading.type(cells)
    id_ = reading.read("id", to_text, cells.get("id")) or ""
    if not id_ and kind is not None:
        id_ = make_identifier(kind, values.get("title") or "")
    version = reading.read("version", to_int, cells.get("version"))
    return Entry(row.line, id_, kind, values, version, tuple(reading.problems))


class _Reading:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, line: int) -> None:
        self._line = line
        self.problems: list[ContentProblem] = []

    def read(self, field: str, reader: Callable[[Any], Any], cell: Any) -> Any:
        try:
            return reader(cell)
        except CellRefused as refused:
            self.refuse(field, refused.code)
            return [] if reader is to_list else "" if reader is to_text else None

    def refuse(self, field: str, code: str, **facts: object) -> None:
        self.problems.append(ContentProblem(str(self._line), field, code, facts))

    def type(self, cells: Mapping[str, Any]) -> ResourceType | None:
        """Return the type, written by its value or by its French label."""
        text = fold(self.read("type", to_text, cells.get("type")))
        for value, label in load_vocabulary().types.items():
            if text in (value, fold(value.replace("_", " ")), fold(label)):
                return ResourceType(value)
        if text:
            self.refuse("type", "enum", expected=", ".join(load_vocabulary().types))
        return None

    def sources(self, cells: Mapping[str, Any]) -> tuple[Source, ...]:
        given = cells.get("sources")
        if isinstance(given, list) and all(isinstance(each, dict) for each in given):
            parts = [{part: each.get(part) for part in SOURCE_PARTS} for each in given]
        elif given not in (None, "", []):
            self.refuse("sources", "list_type")
            return ()
        else:
            parts = [
                {part: cells.get(f"source_{number}_{part}") for part in SOURCE_PARTS}
                for number in range(1, MAX_SOURCES + 1)
            ]
        read = [self._source(f"sources[{n}]", each) for n, each in enumerate(parts, start=1)]
        return tuple(each for each in read if each is not None)

    def _source(self, field: str, parts: Mapping[str, Any]) -> Source | None:
        if not any(parts.values()):
            return None
        url = self.read(f"{field}.url", to_text, parts["url"])
        return Source(
            name=self.read(f"{field}.nom", to_text, parts["nom"]),
            url=url,
            published_on=self.read(f"{field}.date", to_day, parts["date"]),
            consulted_on=self.read(f"{field}.consultee_le", to_day, parts["consultee_le"]),
        )
