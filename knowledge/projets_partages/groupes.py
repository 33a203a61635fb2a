"""Which collectivités that ask about one theme could make a projet partagé, by told rules."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby, pairwise
from typing import Literal, get_args

from knowledge.territoires.proximite import COMPARABLE
from knowledge.territoires.territoire import Territoire

MIN_COLLECTIVITES = 3
MAX_COLLECTIVITES = 5
Lien = Literal["meme_epci", "meme_departement", "meme_region", "taille_comparable"]


@dataclass(frozen=True, slots=True)
class Demandeur:
    """A collectivité that asked about the theme: how many requests, which, and the last one."""

    territoire: Territoire
    demandes: int
    derniere: datetime
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Groupe:
    """Three to five collectivités, and the narrowest thing that brings them together.

    `lien` tells which: an EPCI, a département, a région and a similar size (`code` names it), or a
    similar size alone.
    """

    lien: Lien
    code: str | None
    demandeurs: tuple[Demandeur, ...]

    @property
    def demandes(self) -> int:
        """Number of requests of its members."""
        return sum(each.demandes for each in self.demandeurs)

    @property
    def ecart(self) -> float | None:
        """How many times as populated as the smallest the largest is; None: one is unknown."""
        sizes = [each.territoire.population or 0 for each in self.demandeurs]
        return max(sizes) / min(sizes) if min(sizes) else None


_LEVELS: tuple[tuple[Lien, Callable[[Territoire], str | None]], ...] = (
    ("meme_epci", lambda t: t.code if t.type == "epci" else t.epci),
    ("meme_departement", lambda t: t.departement),
)


def propose_groups(demandeurs: Iterable[Demandeur]) -> tuple[Groupe, ...]:
    """Return groups of three to five, the narrowest link first, then the most requests.

    Each collectivité is in one group at most: a narrow link takes it before a wider one. Beyond a
    département, only those of one kind and of a similar size are put together: a village and a
    métropole of one région have little to share.
    """
    left = sorted(demandeurs, key=_by_key)
    found: list[Groupe] = []
    for split in _SPLITS:
        groups = split(left)
        taken = {_by_key(each) for group in groups for each in group.demandeurs}
        left = [each for each in left if _by_key(each) not in taken]
        found += groups
    found += _comparable(left, "taille_comparable", None)
    ranks = {lien: rank for rank, lien in enumerate(get_args(Lien))}
    return tuple(sorted(found, key=lambda group: (ranks[group.lien], -group.demandes)))


def _by_key(demandeur: Demandeur) -> tuple[str, str]:
    return demandeur.territoire.type, demandeur.territoire.code


def _split_by(
    lien: Lien, code_of: Callable[[Territoire], str | None], demandeurs: Sequence[Demandeur]
) -> list[Groupe]:
    return [
        Groupe(lien, code, part)
        for code, together in _gather(code_of, demandeurs).items()
        for part in _parts(sorted(together, key=_population))
    ]


def _by_region(demandeurs: Sequence[Demandeur]) -> list[Groupe]:
    return [
        group
        for code, together in _gather(lambda t: t.region, demandeurs).items()
        for group in _comparable(together, "meme_region", code)
    ]


def _gather(
    code_of: Callable[[Territoire], str | None], demandeurs: Sequence[Demandeur]
) -> dict[str, list[Demandeur]]:
    members: dict[str, list[Demandeur]] = {}
    for each in demandeurs:
        code = code_of(each.territoire)
        if code is not None:
            members.setdefault(code, []).append(each)
    return members


def _population(demandeur: Demandeur) -> tuple[int, tuple[str, str]]:
    return demandeur.territoire.population or 0, _by_key(demandeur)


def _parts(demandeurs: Sequence[Demandeur]) -> list[tuple[Demandeur, ...]]:
    """Cut into parts of three to five, as even as can be; nothing when they are too few."""
    total = len(demandeurs)
    if total < MIN_COLLECTIVITES:
        return []
    count = -(-total // MAX_COLLECTIVITES)
    bounds = [total * rank // count for rank in range(count + 1)]
    return [tuple(demandeurs[a:b]) for a, b in pairwise(bounds)]


def _comparable(demandeurs: Sequence[Demandeur], lien: Lien, code: str | None) -> list[Groupe]:
    """Group those of one kind and of a similar size, the largest at most twice the smallest."""
    found: list[Groupe] = []
    ordered = sorted(demandeurs, key=lambda each: (each.territoire.type, *_population(each)))
    for _, same_kind in groupby(ordered, key=lambda each: each.territoire.type):
        run: list[Demandeur] = []
        for each in same_kind:
            if run and not _within(run[0], each):
                found += [Groupe(lien, code, part) for part in _parts(run)]
                run = []
            run.append(each)
        found += [Groupe(lien, code, part) for part in _parts(run)]
    return found


def _within(smallest: Demandeur, other: Demandeur) -> bool:
    low, high = smallest.territoire.population or 0, other.territoire.population or 0
    return low > 0 and high <= COMPARABLE * low


_SPLITS: tuple[Callable[[Sequence[Demandeur]], list[Groupe]], ...] = (
    *(partial(_split_by, lien, code_of) for lien, code_of in _LEVELS),
    _by_region,
)
