"""Find every name of territory that a message may hold, and tell which are meant."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from nlu.lieux_gazetteer import Gazetteer, Place
from nlu.lieux_texte import Phrase

SURE = 0.98
PLAIN = 0.92
FUZZY = 0.8
NEAR = 0.7
_LISTING = frozenset({"et", "ou", "a", "au", "aux", "d", "de", "la", "le", "les"})


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `start:end` that name one of `places`; more than one place is a homonym."""

    start: int
    end: int
    places: tuple[Place, ...]
    score: float
    example: bool = False
    rejected: bool = False
    # Words of a number or a name used beside the hit (« (32) »), kept as spans.
    extra: tuple[tuple[int, int], ...] = field(default=())

    @property
    def kind(self) -> str:
        """Return the type of the places, or of the first when they differ."""
        return self.places[0].type

    @property
    def length(self) -> int:
        """Return how many words the name has."""
        return self.end - self.start


def windows(phrase: Phrase, gazetteer: Gazetteer, start: int) -> tuple[tuple[int, str], ...]:
    """Return the ends and normalised texts of the names that begin here, the longest first."""
    known = phrase.names.get(start)
    if known is None:
        known = phrase.names[start] = tuple(_windows(phrase, gazetteer, start))[::-1]
    return known


def _windows(phrase: Phrase, gazetteer: Gazetteer, start: int) -> Iterator[tuple[int, str]]:
    """Yield them the shortest first, for as long as some name begins with these words."""
    key = ""
    for end in range(start + 1, phrase.reach[start] + 1):
        key = f"{key} {phrase.norms[end - 1]}" if key else phrase.norms[start]
        is_name = gazetteer.beginnings.get(key)
        if is_name is None:
            return
        if is_name:
            yield end, key


def key_of(phrase: Phrase, start: int, end: int) -> str:
    """Return the normalised words of a span, as the gazetteer writes names."""
    return " ".join(phrase.norms[start:end])


def without_overlaps(hits: list[Hit]) -> list[Hit]:
    """Keep the longest of the hits that share words, the first given when equal; in text order."""
    kept: list[Hit] = []
    taken: set[int] = set()
    for hit in sorted(hits, key=lambda each: -each.length):
        words = range(hit.start, hit.end)
        if taken.isdisjoint(words):
            taken.update(words)
            kept.append(hit)
    return sorted(kept, key=lambda each: each.start)


def continues(phrase: Phrase, hits: list[Hit], rank: int) -> bool:
    """Tell whether a mention follows the one before by « et » or « ou », or by a comma first."""
    previous, hit = hits[rank - 1], hits[rank]
    between = {phrase.word(index) for index in range(previous.end, hit.start)}
    if not between <= _LISTING or not phrase.same_sentence(previous.start, hit.start):
        return False
    if between & {"et", "ou"}:
        return True
    comma = phrase.gap(previous.end).strip() == ","
    return comma and rank + 1 < len(hits) and continues(phrase, hits, rank + 1)
