"""The words of a message, folded for matching, with their place in the élu's own text."""

import re
from dataclasses import dataclass, field
from functools import cache, cached_property

from nlu.text import is_shouted, strip_accents, unify_punctuation
from nlu.vocabulary import load_sms

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_JOINING = re.compile(r"[ \t\u00a0\u202f]*[-' ./\u00a0\u202f]?[ \t\u00a0\u202f]*\Z")
# The most frequent of the gaps that `_JOINING` accepts whatever the word before.
_PLAIN_GAPS = frozenset({" ", "-", "'"})
_SENTENCE_END = re.compile(r"[.!?;:\n]")
# A full stop or a slash joins two words of a name only after these abbreviations.
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "s": "sur"}
_VARIANTS = {"lez": "les", "gd": "grand", "gde": "grande", "fd": "ferrand", "renyon": "reunion"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word as typed, and the signs before it.

    `folded` is without accents and, when it is an abbreviation of text messages (« ds »), written
    out; `norm` is normalised as in names of places.
    """

    raw: str
    folded: str
    norm: str
    start: int
    end: int
    gap: str


@dataclass(frozen=True)
class Phrase:
    """A message cut into words.

    `names` keeps the names that begin at each rank, once looked up: (end, normalised text).
    """

    text: str
    tokens: tuple[Token, ...]
    names: dict[int, tuple[tuple[int, str], ...]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.tokens)

    @cached_property
    def words(self) -> list[str]:
        """The folded words, in order."""
        return [token.folded for token in self.tokens]

    @cached_property
    def norms(self) -> list[str]:
        """The words normalised as in names of places, in order."""
        return [token.norm for token in self.tokens]

    def word(self, index: int) -> str:
        """Return the folded word at this rank, or an empty string outside the message."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def gap(self, index: int) -> str:
        """Return the signs before the word of this rank; after the last word, what ends it."""
        if index < len(self.tokens):
            return self.tokens[index].gap
        return self.text[self.tokens[-1].end :] if self.tokens else ""

    def is_capital(self, index: int) -> bool:
        """Tell whether a word has a capital that means something."""
        if self.shouting or not 0 <= index < len(self.tokens):
            return False
        return self.tokens[index].raw[0].isupper()

    def starts_sentence(self, index: int) -> bool:
        """Tell whether this word opens the message or one of its sentences."""
        return self._openings[index] == index

    def same_sentence(self, first: int, last: int) -> bool:
        """Tell whether nothing ends a sentence between two words."""
        return self._openings[first] == self._openings[last]

    def joined(self, start: int, end: int) -> bool:
        """Tell whether the words of `start:end` may belong to one name."""
        return end <= self.reach[start]

    def left(self, index: int, count: int = 8) -> str:
        """Return the folded words before this rank, in the same sentence, spaced by one blank."""
        return " ".join(self.words[self._left_bound(index, count) : index])

    def left_marked(self, index: int, count: int = 12) -> str:
        """Return the folded words before this rank as `left` does, commas and « ( » kept."""
        start = self._left_bound(index, count)
        pieces = [f"{_mark(token.gap)} {token.folded}" for token in self.tokens[start:index]]
        return " ".join(f"{' '.join(pieces)} {_mark(self.gap(index))}".split())

    def right(self, index: int, count: int = 4) -> str:
        """Return the folded words from this rank on, in the same sentence."""
        stop = index
        while stop < min(len(self.tokens), index + count) and not self.starts_sentence(stop):
            stop += 1
        return " ".join(self.words[index:stop])

    def raw(self, start: int, end: int) -> str:
        """Return the text of the words `start:end`, as the élu typed it."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    @cached_property
    def reach(self) -> list[int]:
        """The end of the longest name that may begin at each rank, were there one."""
        ends = [len(self.tokens)] * len(self.tokens)
        for index in range(len(self.tokens) - 2, -1, -1):
            ends[index] = ends[index + 1] if self._joins(index + 1) else index + 1
        return ends

    @cached_property
    def shouting(self) -> bool:
        """Whether the whole message is in capitals, which then mean nothing."""
        letters = [char for char in self.text if char.isalpha()]
        return len(letters) > 1 and all(char.isupper() for char in letters) and len(self) > 1

    @cached_property
    def has_accents(self) -> bool:
        """Whether the élu types accents: their absence then means something."""
        plain = self.text.isascii() or strip_accents(self.text) == self.text
        return not self.shouting and not plain

    @cached_property
    def _openings(self) -> list[int]:
        """The rank of the first word of the sentence of each word."""
        openings: list[int] = []
        for index, token in enumerate(self.tokens):
            opens = not index or (token.gap != " " and _SENTENCE_END.search(token.gap))
            openings.append(index if opens else openings[-1])
        return openings

    def _left_bound(self, index: int, count: int) -> int:
        return max(self._openings[index], index - count)

    def _joins(self, index: int) -> bool:
        gap = self.tokens[index].gap
        if gap in _PLAIN_GAPS:
            return True
        if not _JOINING.match(gap):
            return False
        sign = gap.strip()
        return sign in ("", "-", "'") or self.tokens[index - 1].folded in _ABBREVIATIONS


def read_phrase(text: str) -> Phrase:
    """Cut a message into words; offsets are those of the text given."""
    plain = unify_punctuation(text)
    shouted = is_shouted(plain)
    tokens = []
    end = 0
    for match in _WORD.finditer(plain):
        raw = match.group()
        folded = (raw if raw.isascii() else strip_accents(raw)).casefold()
        if folded:
            norm = _normalise(folded, plain[match.end() : match.end() + 1])
            gap = plain[end : match.start()]
            written = _written_out(raw, shouted=shouted) or folded
            tokens.append(Token(raw, written, norm, match.start(), match.end(), gap))
            end = match.end()
    return Phrase(text, tuple(tokens))


def name_words(name: str) -> tuple[str, ...]:
    """Return the normalised words of a name: « St-Lô » and « Saint-Lô » give the same."""
    return tuple(token.norm for token in read_phrase(name).tokens)


def _normalise(folded: str, next_char: str) -> str:
    if folded == "s" and next_char != "/":
        return folded
    return _ABBREVIATIONS.get(folded) or _VARIANTS.get(folded, folded)


@cache
def _sms() -> dict[str, str]:
    """Return the abbreviations of text messages, letters alone excepted, folded as words are."""
    return {
        form: " ".join(_WORD.findall(strip_accents(unify_punctuation(meaning)).casefold()))
        for form, meaning in load_sms().items()
        if len(form) > 1
    }


def _written_out(raw: str, *, shouted: bool) -> str | None:
    """Write out « ds », « jsui »; in capitals, « DS » or « PR » are acronyms."""
    return None if raw.isupper() and not shouted else _sms().get(raw.lower())


def _mark(gap: str) -> str:
    if "(" in gap:
        return "("
    return "," if "," in gap or " - " in gap else ""
