"""How far two people who label the same messages agree, chance set aside: Cohen's kappa."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ENOUGH = 30
"""Messages below which a kappa says nothing yet."""
# Landis and Koch (1977), from the top: the name of each level and where it begins.
_LEVELS = (
    ("presque_parfait", 0.8),
    ("fort", 0.6),
    ("moyen", 0.4),
    ("faible", 0.2),
    ("tres_faible", 0.0),
)


@dataclass(frozen=True, slots=True)
class Accord:
    """The agreement of two people over the messages that both labelled.

    `kappa` is 1 when they always agree, 0 when they agree as often as chance would, and None when
    chance alone would make them agree always: there is then nothing to measure.
    """

    messages: int
    observe: float
    hasard: float
    kappa: float | None

    @property
    def level(self) -> str:
        """Return the key of the words that say it."""
        if self.kappa is None:
            return "sans_objet"
        if self.messages < ENOUGH:
            return "trop_peu"
        return next((name for name, least in _LEVELS if (self.kappa or 0) > least), "aucun")


def measure_accord(pairs: Sequence[tuple[str, str]]) -> Accord:
    """Measure the agreement of two people; each pair holds what each said of one message."""
    size = len(pairs)
    if not size:
        return Accord(0, 0.0, 0.0, None)
    observed = sum(first == second for first, second in pairs) / size
    firsts, seconds = (Counter(side) for side in zip(*pairs, strict=True))
    chance = sum(count * seconds[label] for label, count in firsts.items()) / size**2
    kappa = None if chance == 1 else (observed - chance) / (1 - chance)
    return Accord(size, observed, chance, kappa)


def confusions(pairs: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, str], int]]:
    """Return the labels taken for one another, whoever said which, the most frequent first."""
    counted = Counter(tuple(sorted(pair)) for pair in pairs if pair[0] != pair[1])
    ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return [((names[0], names[1]), count) for names, count in ranked]
