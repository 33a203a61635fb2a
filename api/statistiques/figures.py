"""Figures of the requests, and what of them everyone may read. Pure: no database, no page."""

from collections.abc import Sequence
from dataclasses import dataclass

FEW = 5
"""Below this many requests, a figure may tell who asked: it is not published."""

_ROUNDED = 10


@dataclass(frozen=True, slots=True)
class Ligne:
    """How many requests of one kind, how many were answered, the median delay in days.

    `nom` is a code; None is « not said », and « autres » in what is published.
    """

    nom: str | None
    demandes: int
    repondues: int = 0
    jours: float | None = None


@dataclass(frozen=True, slots=True)
class Ensemble:
    """All the requests of a period; `jours` is the median delay of the first answer."""

    demandes: int
    repondues: int
    en_retard: int
    jours: float | None


@dataclass(frozen=True, slots=True)
class Publiees:
    """Lines that may be published; `autres` gathers the small ones, None when it is small too."""

    lignes: tuple[Ligne, ...]
    cachees: int
    autres: int | None


def publishable(lines: Sequence[Ligne]) -> Publiees:
    """Return what may be published of a table: small lines are gathered, then hidden if need be.

    Numbers are rounded to five: an exact one, subtracted from the sum of another table or from
    what was published the day before, would give a small one away.
    """
    shown = tuple(_rounded_line(each) for each in lines if each.demandes >= FEW)
    small = [each.demandes for each in lines if 0 < each.demandes < FEW]
    gathered = sum(small)
    others = _nearest(gathered, FEW) if len(small) > 1 and gathered >= FEW else None
    return Publiees(shown, len(small), others)


def rounded(number: int) -> int | None:
    """Return a total that gives away no small line by difference; None when it is small."""
    return None if number < FEW else max(_ROUNDED, _nearest(number, _ROUNDED))


def _rounded_line(line: Ligne) -> Ligne:
    return Ligne(line.nom, _nearest(line.demandes, FEW))


def _nearest(number: int, step: int) -> int:
    return round(number / step) * step
