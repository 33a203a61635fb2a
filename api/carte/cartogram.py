"""A map of the départements drawn as squares of one size: pure, without a database or a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("cartogramme.yml")
_EMPTY = "."
LEVELS = 4
"""How many shades there are, none aside."""


@dataclass(frozen=True, slots=True)
class Case:
    """A département of the map: its code and its place, in squares from the top left."""

    code: str
    colonne: int
    ligne: int


@dataclass(frozen=True, slots=True)
class Grille:
    """The whole map, and its size in squares."""

    cases: tuple[Case, ...]
    largeur: int
    hauteur: int


@dataclass(frozen=True, slots=True)
class Palier:
    """A shade, from 1, and the numbers of requests that it stands for, both included."""

    rang: int
    bas: int
    haut: int


@cache
def load_grille() -> Grille:
    """Read the places of the départements."""
    rows = [line.split() for line in yaml.safe_load(_FILE.read_text(encoding="utf-8"))["lignes"]]
    cases = tuple(
        Case(code, column, line)
        for line, row in enumerate(rows)
        for column, code in enumerate(row)
        if code != _EMPTY
    )
    return Grille(cases, max(map(len, rows)), len(rows))


def share_out(counts: Mapping[str, int]) -> tuple[Palier, ...]:
    """Return the shades of these counts: as many as needed, of the same breadth as can be."""
    most = max(counts.values(), default=0)
    shades = min(LEVELS, most)
    bounds = [-(-most * rank // shades) for rank in range(shades + 1)] if shades else []
    return tuple(
        Palier(rank, low + 1, high) for rank, (low, high) in enumerate(pairwise(bounds), 1)
    )


def shade_of(count: int, shades: Sequence[Palier]) -> int:
    """Return the shade of a count; 0 when there is no request."""
    return next((each.rang for each in shades if each.bas <= count <= each.haut), 0)
