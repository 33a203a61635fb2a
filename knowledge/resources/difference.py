"""What changed between two texts of a resource: field by field, line by line for the body."""

import difflib
from dataclasses import dataclass
from typing import Any

from knowledge.resources.resource import Resource
from knowledge.resources.snapshot import to_snapshot


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose value changed; `lines` tells the body as a unified difference."""

    field: str
    before: Any
    after: Any
    lines: tuple[str, ...] = ()


def difference(before: Resource, after: Resource) -> tuple[FieldChange, ...]:
    """Return the fields that differ, in the order of the content files."""
    old, new = to_snapshot(before), to_snapshot(after)
    return tuple(
        FieldChange(name, old[name], new[name], _lines(old[name], new[name], name=name))
        for name in old
        if old[name] != new[name]
    )


def _lines(before: Any, after: Any, *, name: str) -> tuple[str, ...]:
    if name != "corps":
        return ()
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return tuple(line for line in found if not line.startswith(("---", "+++")))
