"""Names without blanks, by first letter and length, and those that a few keystrokes spoil."""

from collections.abc import Iterable, Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

MIN_LENGTH = 6
TWO_TYPOS_LENGTH = 10


class NameIndex:
    """Spellings that are close to names; `keys` are normalised names, words spaced."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._names: dict[tuple[str, int], list[str]] = {}
        self._keys: dict[str, str] = {}
        for key in keys:
            name = key.replace(" ", "")
            if len(name) >= MIN_LENGTH and not any(char.isdigit() for char in name):
                if name not in self._keys:
                    self._names.setdefault((name[0], len(name)), []).append(name)
                self._keys.setdefault(name, key)

    def __contains__(self, name: object) -> bool:
        """Tell whether a name without blanks is rightly spelt."""
        return name in self._keys

    def key(self, name: str) -> str:
        """Return the words of a name without blanks."""
        return self._keys[name]

    def holds_like(self, first: str, length: int) -> bool:
        """Tell whether some name begins with this letter and has about this length."""
        slip = _slip(length)
        return any((first, each) in self._names for each in range(length - slip, length + slip + 1))

    def closest(self, name: str) -> Iterator[tuple[int, str]]:
        """Yield the names as close as a slip allows, with their distance in keystrokes."""
        limit = _slip(len(name))
        for length in range(len(name) - limit, len(name) + limit + 1):
            names = self._names.get((name[0], length), ())
            for found, distance, _ in process.extract(
                name, names, scorer=OSA.distance, score_cutoff=limit, limit=None
            ):
                yield int(distance), found


def _slip(length: int) -> int:
    """Return how many keystrokes may spoil a name of this length."""
    return 1 if length < TWO_TYPOS_LENGTH else 2


class WordIndex:
    """Ordinary words by first letter and length, to tell a slip of theirs from one of a name."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[tuple[str, int], list[str]] = {}
        for word in words:
            self._words.setdefault((word[0], len(word)), []).append(word)

    def near(self, word: str) -> str | None:
        """Return an ordinary word one keystroke away: « mobilser » may be « mobiliser »."""
        lengths = range(len(word) - 1, len(word) + 2)
        words = [each for length in lengths for each in self._words.get((word[0], length), ())]
        nearest = process.extractOne(word, words, scorer=OSA.distance, score_cutoff=1)
        return nearest[0] if nearest else None
