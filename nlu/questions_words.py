"""The words of a message one after the other, each with its place in the élu's own text."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from nlu.text import FoldedText, fold, is_shouted, words
from nlu.vocabulary import load_sequences, load_sms

_RUN = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_PART = re.compile(r"[a-z0-9]+")

CorrectWord = Callable[[str], str]
_Meant = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class SaidWord:
    """A word written out, folded and respelt; `linked` by a hyphen to the one before."""

    text: str
    start: int
    end: int
    linked: bool = False


def read_words(folded: FoldedText, correct_word: CorrectWord) -> list[SaidWord]:
    """Return the words as they would be without haste: « ki » is « qui », at its own place."""
    shouted = is_shouted(folded.original)
    said: list[SaidWord] = []
    for match in _RUN.finditer(folded.text):
        start, end = folded.span(match.start(), match.end())
        written = _written_out(folded.original[start:end], shouted=shouted)
        if written:
            said += [SaidWord(word, start, end) for word in written]
        else:
            said += _parts(folded, match, correct_word)
    return _without_misheard(said)


def _written_out(raw: str, *, shouted: bool) -> list[str]:
    """Return what an abbreviated form stands for; nothing for any other word or a sigle."""
    if len(raw) > 1 and raw.isupper() and not shouted:
        return []
    return words(load_sms().get(raw.lower(), ""))


def _parts(folded: FoldedText, run: re.Match[str], correct_word: CorrectWord) -> list[SaidWord]:
    parts = []
    for match in _PART.finditer(run.group()):
        first = run.start() + match.start()
        start, end = folded.span(first, run.start() + match.end())
        linked = run.group()[: match.start()].endswith("-")
        parts.append(SaidWord(correct_word(match.group()), start, end, linked))
    return parts


def _without_misheard(said: list[SaidWord]) -> list[SaidWord]:
    """Write out the runs of words typed by ear: « es que » is « est-ce que »."""
    misheard = _misheard()
    kept: list[SaidWord] = []
    at = 0
    while at < len(said):
        found = _misheard_at(said, at, misheard.get(said[at].text, ()))
        if found is None:
            kept.append(said[at])
            at += 1
            continue
        length, meant = found
        start, end = said[at].start, said[at + length - 1].end
        kept += [SaidWord(word, start, end, linked) for word, linked in meant]
        at += length
    return kept


def _misheard_at(
    said: Sequence[SaidWord], at: int, known: Iterable[tuple[tuple[str, ...], _Meant]]
) -> tuple[int, _Meant] | None:
    for heard, meant in known:
        if tuple(word.text for word in said[at : at + len(heard)]) == heard:
            return len(heard), meant
    return None


@cache
def _misheard() -> dict[str, list[tuple[tuple[str, ...], _Meant]]]:
    """Return the misheard runs by first word, longest first."""
    runs: dict[str, list[tuple[tuple[str, ...], _Meant]]] = defaultdict(list)
    for heard, meant in sorted(load_sequences().items(), key=lambda run: -len(run[0])):
        parts = tuple(words(heard))
        folded = fold(meant)
        runs[parts[0]].append((parts, [_linked(match) for match in _PART.finditer(folded)]))
    return runs


def _linked(match: re.Match[str]) -> tuple[str, bool]:
    return match.group(), match.string[: match.start()].endswith("-")
