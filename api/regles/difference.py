"""Two texts of a file of rules, line by line: what changed, and two lines around it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED, CUT = "garde", "ajoute", "retire", "coupe"
_AROUND = 2


@dataclass(frozen=True, slots=True)
class Ligne:
    """A line, whether it was kept, added or removed; `coupe` stands for those left out."""

    genre: str
    texte: str = ""


def difference(before: str, after: str) -> list[Ligne]:
    """Return the lines that changed and their neighbours, in order; nothing when none did."""
    old, new = before.splitlines(), after.splitlines()
    groups = SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND)
    found: list[Ligne] = []
    for number, group in enumerate(groups):
        if number or group[0][1] > 0:
            found.append(Ligne(CUT))
        for tag, i1, i2, j1, j2 in group:
            found.extend(_lines(tag, old[i1:i2], new[j1:j2]))
    return found


def _lines(tag: str, old: list[str], new: list[str]) -> Iterator[Ligne]:
    if tag == "equal":
        yield from (Ligne(SAME, each) for each in old)
        return
    yield from (Ligne(REMOVED, each) for each in old)
    yield from (Ligne(ADDED, each) for each in new)
