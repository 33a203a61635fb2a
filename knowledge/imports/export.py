"""Resources as a file: JSON, CSV, or the content files themselves; all are read back as written."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from knowledge.imports.cells import from_list, from_text
from knowledge.imports.columns import SOURCE_PARTS
from knowledge.resources.content import serialise_content
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import Resource
from knowledge.resources.snapshot import FIELDS, to_snapshot

_LISTS = ("themes", "territoires", "publics", "questions")
_MIN_SOURCES = 1
# An archive of the same content has the same bytes, whatever the day.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def to_json(found: Sequence[ResourceRecord]) -> bytes:
    """Return a JSON document: every field of the content files, and the version."""
    items = [_snapshot(each) for each in found]
    return json.dumps({"items": items}, ensure_ascii=False, indent=1).encode()


def to_csv(found: Sequence[ResourceRecord]) -> bytes:
    """Return a CSV table that Excel opens as it is: UTF-8 with its mark, semicolons."""
    most = max((len(each.working.sources) for each in found), default=0)
    columns = _columns(max(most, _MIN_SOURCES))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for each in found:
        writer.writerow(_cells(_snapshot(each)))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_archive(found: Sequence[ResourceRecord]) -> bytes:
    """Return a ZIP archive of content files, in a folder by type: those that the project keeps."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(found, key=lambda record: record.resource.id):
            resource: Resource = each.working
            name = f"{resource.type.value}/{resource.id}.md"
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), serialise_content(resource))
    return out.getvalue()


def _snapshot(record: ResourceRecord) -> dict[str, Any]:
    return to_snapshot(record.working) | {"version": record.resource.version}


def _columns(sources: int) -> list[str]:
    names: list[str] = []
    for field in FIELDS:
        if field == "sources":
            names += [f"source_{n}_{part}" for n in range(1, sources + 1) for part in SOURCE_PARTS]
        else:
            names.append(field)
    return [*names, "version"]


def _cells(fields: dict[str, Any]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, value in fields.items():
        if name == "sources":
            for number, source in enumerate(value, start=1):
                cells |= {f"source_{number}_{part}": from_text(t) for part, t in source.items()}
        elif name in _LISTS:
            cells[name] = from_text(from_list(value))
        else:
            cells[name] = "" if value is None else from_text(str(value))
    return cells
