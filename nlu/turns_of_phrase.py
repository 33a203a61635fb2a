"""Turns of phrase that agents write, looked up in a text by their first word."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from nlu.text import words

_GAP = "*"
_MAX_GAP = 3

Label = TypeVar("Label")


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


class TurnIndex(Generic[Label]):
    """Turns of phrase by their first word, so that few are tried at each word of a text."""

    def __init__(self, turns: Iterable[tuple[Label, Turn]]) -> None:
        self._turns: dict[str, list[tuple[Label, Turn]]] = defaultdict(list)
        for label, turn in turns:
            self._turns[turn.pieces[0]].append((label, turn))
        opened = (len(first) - 1 for first in self._turns if first.endswith("*"))
        self._lengths = tuple(sorted(set(opened)))

    def candidates(self, token: str) -> Iterator[tuple[Label, Turn]]:
        """Yield the turns whose first word, or the beginning of it, is this token's."""
        yield from self._turns.get(token, ())
        for length in self._lengths:
            if length > len(token):
                return
            yield from self._turns.get(f"{token[:length]}*", ())


class Turns:
    """Turns of phrase that all mean the same."""

    def __init__(self, written: Iterable[str]) -> None:
        self._index = TurnIndex((each, Turn.parse(each)) for each in written)

    def at(self, position: int, tokens: Sequence[str]) -> bool:
        """Tell whether the tokens from this position on say one of them."""
        candidates = self._index.candidates(tokens[position])
        return any(turn.is_at(position, tokens) for _, turn in candidates)

    def said(self, tokens: Sequence[str]) -> bool:
        """Tell whether one of them is said, wherever it is."""
        return any(self.at(position, tokens) for position in range(len(tokens)))


def _accepts(wanted: str, token: str) -> bool:
    return token.startswith(wanted[:-1]) if wanted.endswith("*") else token == wanted
