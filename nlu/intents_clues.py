"""Finds the turns of phrase that betray an intent: `nlu/data/vocabulaire/indices.yml`.

Agents write them; the classifier weighs them with everything else. On sentences that neither the
classifier nor the writer of the clues had seen, they spare one error in five or more.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nlu.text import words
from nlu.vocabulary import read_vocabulary

_GAP = "*"
_MAX_GAP = 3

Vocabulary = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One written turn of phrase: `pieces` are folded words, `mot*` open at the end, or a gap."""

    pieces: tuple[str, ...]
    at_start: bool
    at_end: bool

    @classmethod
    def parse(cls, written: str) -> "Turn":
        """Read what an agent wrote.

        >>> Turn.parse("^comment * financ*").pieces
        ('comment', '*', 'financ*')
        """
        pieces: list[str] = []
        for part in written.strip("^$").split():
            pieces += [_GAP] if part == _GAP else words(part)
            if part.endswith("*") and part != _GAP:
                pieces[-1] += "*"
        return cls(tuple(pieces), written.startswith("^"), written.endswith("$"))

    def is_at(self, position: int, tokens: Sequence[str]) -> bool:
        """Tell whether the tokens from this position on say it."""
        return (position == 0 or not self.at_start) and self._follows(0, position, tokens)

    def _follows(self, piece: int, position: int, tokens: Sequence[str]) -> bool:
        if piece == len(self.pieces):
            return position == len(tokens) or not self.at_end
        wanted = self.pieces[piece]
        if wanted == _GAP:
            return any(
                self._follows(piece + 1, position + skipped, tokens)
                for skipped in range(_MAX_GAP + 1)
            )
        if position >= len(tokens) or not _accepts(wanted, tokens[position]):
            return False
        return self._follows(piece + 1, position + 1, tokens)


class ClueFinder:
    """Tells which clues a text holds; each is one column, in the order of `names`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.names = tuple(vocabulary)
        # Looked up by first word, or first letter when it is open at the end: every turn of
        # phrase is not tried at every word.
        self._turns: dict[str, list[tuple[int, bool, Turn]]] = defaultdict(list)
        for column, entry in enumerate(vocabulary.values()):
            for key, said in (("tournures", True), ("sauf", False)):
                for written in entry.get(key, ()):
                    turn = Turn.parse(written)
                    self._turns[_first_key(turn)].append((column, said, turn))

    @classmethod
    def from_file(cls) -> "ClueFinder":
        """Read `nlu/data/vocabulaire/indices.yml`."""
        return cls(read_vocabulary("indices"))

    def find(self, text: str) -> frozenset[str]:
        """Return the names of the clues of the text."""
        return frozenset(self.names[column] for column in self._columns(text))

    def matrix(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text: 1 where it holds the clue, 0 elsewhere."""
        rows = np.zeros((len(texts), len(self.names)), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row, list(self._columns(text))] = 1.0
        return rows

    def _columns(self, text: str) -> set[int]:
        tokens = words(text)
        found: dict[bool, set[int]] = {True: set(), False: set()}
        for position, token in enumerate(tokens):
            candidates = chain(self._turns.get(token, ()), self._turns.get(token[0] + "*", ()))
            for column, said, turn in candidates:
                if column not in found[said] and turn.is_at(position, tokens):
                    found[said].add(column)
        return found[True] - found[False]


def _first_key(turn: Turn) -> str:
    first = turn.pieces[0]
    return first[0] + "*" if first.endswith("*") else first


def _accepts(wanted: str, token: str) -> bool:
    return token.startswith(wanted[:-1]) if wanted.endswith("*") else token == wanted
