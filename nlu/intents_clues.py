"""Finds the turns of phrase that betray an intent: `nlu/data/vocabulaire/indices.yml`.

Agents write them; the classifier weighs them with everything else. On sentences that neither the
classifier nor the writer of the clues had seen, they spare one error in five or more.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.text import words
from nlu.turns_of_phrase import Turn, TurnIndex
from nlu.vocabulary import read_vocabulary

Vocabulary = Mapping[str, Mapping[str, Sequence[str]]]


class ClueFinder:
    """Tells which clues a text holds; each is one column, in the order of `names`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.names = tuple(vocabulary)
        self._turns = TurnIndex(
            ((column, said), Turn.parse(written))
            for column, entry in enumerate(vocabulary.values())
            for key, said in (("tournures", True), ("sauf", False))
            for written in entry.get(key, ())
        )

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
            for (column, said), turn in self._turns.candidates(token):
                if column not in found[said] and turn.is_at(position, tokens):
                    found[said].add(column)
        return found[True] - found[False]
