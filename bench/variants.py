"""The ways a question is really typed: as written, without accents, with slips of the keyboard."""

import random
import re
import unicodedata
from collections.abc import Callable, Mapping

_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_LETTERS = re.compile(r"[^\W\d_]{4,}")
_SLIP_RATE = 0.3


def keep(text: str, _draw: random.Random) -> str:
    """Return the text as it is."""
    return text


def without_accents(text: str, _draw: random.Random) -> str:
    """Return the text in small letters, without accents nor apostrophes."""
    apart = unicodedata.normalize("NFD", text.lower())
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return bare.replace("’", " ").replace("'", " ").replace("œ", "oe")


def with_slips(text: str, draw: random.Random) -> str:
    """Return the text with slips of an AZERTY keyboard: one at least, half of them unaccented.

    Each word of four letters or more has three chances in ten of one slip: a letter lost, doubled,
    added, replaced by its neighbour, or exchanged with the next one.
    """
    if draw.random() < 0.5:  # noqa: PLR2004
        text = without_accents(text, draw)
    words = list(_LETTERS.finditer(text))
    if not words:
        return text
    chosen = [word for word in words if draw.random() < _SLIP_RATE] or [draw.choice(words)]
    for word in reversed(chosen):
        text = text[: word.start()] + _slip(word.group(), draw) + text[word.end() :]
    return text


def _slip(word: str, draw: random.Random) -> str:
    place = draw.randrange(1, len(word) - 1)
    kind = draw.choice((_lose, _double, _add, _neighbour, _exchange))
    return kind(word, place, draw)


def _lose(word: str, place: int, _draw: random.Random) -> str:
    return word[:place] + word[place + 1 :]


def _double(word: str, place: int, _draw: random.Random) -> str:
    return word[:place] + word[place] + word[place:]


def _add(word: str, place: int, draw: random.Random) -> str:
    return word[:place] + draw.choice(_around(word[place])) + word[place:]


def _neighbour(word: str, place: int, draw: random.Random) -> str:
    return word[:place] + draw.choice(_around(word[place])) + word[place + 1 :]


def _exchange(word: str, place: int, _draw: random.Random) -> str:
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _around(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter.lower())[0]
    for row in _ROWS:
        place = row.find(plain)
        if place >= 0:
            return row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    return "e"


VARIANTS: Mapping[str, Callable[[str, random.Random], str]] = {
    "clean": keep,
    "noaccent": without_accents,
    "typo": with_slips,
}
"""Each variant of a question, by the name used in files and tables."""
