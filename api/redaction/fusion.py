"""Two editors at once: what each changed is kept; where both did, both texts are shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from api.redaction.saisie import Saisie

_FIXED = ("lieu", "type")
_NAMES = tuple(each.name for each in fields(Saisie) if each.name not in _FIXED)


@dataclass(frozen=True, slots=True)
class Fusion:
    """The form with all that did not clash.

    `heurts` are the fields where both wrote: theirs, mine. `reprises` are the fields taken from
    them. `par` is who wrote, when it is known.
    """

    saisie: Saisie
    heurts: Mapping[str, tuple[Any, Any]]
    reprises: tuple[str, ...] = ()
    par: str = ""


def merge(base: Saisie, theirs: Saisie, mine: Saisie, *, par: str = "") -> Fusion:
    """Return my form, with what they changed and I did not; `base` is what I started from."""
    taken: dict[str, Any] = {}
    clashes: dict[str, tuple[Any, Any]] = {}
    for name in _NAMES:
        start, other, own = (getattr(each, name) for each in (base, theirs, mine))
        if other in (start, own):
            continue
        if own == start:
            taken[name] = other
        else:
            clashes[name] = (other, own)
    return Fusion(replace(mine, **taken), clashes, tuple(taken), par)


def still_clashing(names: Iterable[str], theirs: Saisie, mine: Saisie) -> Fusion | None:
    """Return what is left to settle of the clashes shown before, None when nothing is."""
    left = {
        name: (getattr(theirs, name), getattr(mine, name))
        for name in names
        if name in _NAMES and getattr(theirs, name) != getattr(mine, name)
    }
    return Fusion(mine, left) if left else None
