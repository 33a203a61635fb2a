"""Cuts a message into the clauses that may each ask something.

The turns of phrase are in `nlu/data/vocabulaire/questions.yml`, read by `nlu.questions_turns`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nlu.questions_turns import RequestTurns, inversion
from nlu.questions_words import SaidWord

_SENTENCE_END = re.compile(r"[.!?…;][)»\"”']*\s|[?!]|\n\s*[-•*–—]|\n\s*\n")
_PAUSE = re.compile(r"[,:(;–—…\n]|\s-\s|\.\.")
_SUBJECTS = frozenset({"je", "tu", "il", "elle", "on", "nous", "vous", "ils", "elles", "ce"})
_THIRD_PERSONS = frozenset({"il", "elle", "ils", "elles"})
_FIRST_WORDS = 3
_FAR = 8
_LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the message, never empty.

    `asks` tells that its form is that of a request; `is_second_object`, that it is only another
    thing asked for by the clause before.
    """

    words: tuple[SaidWord, ...]
    sentence: int
    asks: bool
    is_second_object: bool = False

    @property
    def start(self) -> int:
        """Where it begins in the élu's own text."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where it ends in the élu's own text."""
        return self.words[-1].end

    @property
    def tokens(self) -> list[str]:
        """Its words."""
        return [word.text for word in self.words]


def cut(text: str, said: Sequence[SaidWord], turns: RequestTurns) -> list[Clause]:
    """Return the clauses in order: they never overlap, and leave greetings and links out."""
    gaps = [text[left.end : right.start] for left, right in pairwise(said)]
    gaps += [text[word.end :] for word in said[-1:]]
    ends = [
        at + 1
        for at, gap in enumerate(gaps)
        if _SENTENCE_END.search(gap) and not _abbreviates(text, said[at], gap, turns)
    ]
    return [
        clause
        for number, (first, end) in enumerate(pairwise(sorted({0, *ends, len(said)})))
        for clause in _Sentence(turns, said[first:end], gaps[first:end], number).clauses()
    ]


def _abbreviates(text: str, word: SaidWord, gap: str, turns: RequestTurns) -> bool:
    """« M. Dupont », « article L. 2143-2 »: this dot ends no sentence."""
    is_initial = len(word.text) == 1 and text[word.start].isupper()
    return gap.strip(" ") == "." and (is_initial or word.text in turns.abbreviations)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence to cut; `gaps` follow each of its words."""

    turns: RequestTurns
    words: Sequence[SaidWord]
    gaps: Sequence[str]
    number: int

    def clauses(self) -> list[Clause]:
        tokens = [word.text for word in self.words]
        start = self.turns.lead_in(tokens, 0, greeting=True)
        found: list[Clause] = []
        second = False
        at = start + 1
        while at < len(tokens):
            opening, noun = self._opening(tokens, start, at)
            if opening:
                found.append(self._clause(start, at, second=second))
                start, second = opening, noun
            at = max(opening, at) + 1
        if start < len(tokens):
            found.append(self._clause(start, len(tokens), second=second))
        return _with_their_subjects(found)

    def _opening(self, tokens: list[str], start: int, at: int) -> tuple[int, bool]:
        """Return where a request begins when one does at this joint, else 0; links left out.

        The second value tells whether it is only a second object.
        """
        pause = bool(_PAUSE.search(self.gaps[at - 1]))
        opening = at + self.turns.lead_in(tokens, at)
        same_run = self.words[at].start < self.words[at - 1].end
        if same_run or opening == len(tokens) or self._is_too_early(start, at):
            return 0, False
        if opening == at and not pause:
            alone = at - start > _LEAST_WORDS and self.turns.opens_alone(tokens, at)
            return (at if alone else 0), False
        if self.turns.lists_nouns(self.words[start:at], tokens[opening]):
            return 0, False
        links = tokens[at:opening]
        asks = (
            self.turns.opens(tokens, opening, question=self._is_question)
            or self._inverts(opening, pause=pause, linked=bool(links))
            or (links and self.turns.asks_who(tokens, opening, before=tokens[start:at]))
        )
        noun = not asks and self.turns.names_second_object(tokens, opening, links)
        return (opening if asks or noun else 0), noun

    @property
    def _is_question(self) -> bool:
        return "?" in self.gaps[-1]

    def _is_too_early(self, start: int, at: int) -> bool:
        """« Comment, dans un village, … »: what opens the request is not cut from it."""
        left = self.words[start:at]
        return len(left) < _LEAST_WORDS and self.turns.say_request(left)

    def _inverts(self, opening: int, *, pause: bool, linked: bool) -> bool:
        """« , sont-elles payantes », « , et ces quartiers ont-ils droit »."""
        place = inversion(self.words[opening : opening + _FAR])
        return place is not None and (place < _FIRST_WORDS or (pause and linked))

    def _clause(self, first: int, end: int, *, second: bool) -> Clause:
        said = tuple(self.words[first:end])
        questions = end == len(self.words) and self._is_question
        asks = second or questions or self.turns.say_request(said)
        return Clause(said, self.number, asks, second)


def _with_their_subjects(clauses: list[Clause]) -> list[Clause]:
    """« le maire, peut-il refuser »: the subject goes back with its verb."""
    kept: list[Clause] = []
    for clause in clauses:
        if kept and not kept[-1].asks and _lacks_subject(clause) and not _has_subject(kept[-1]):
            kept.append(replace(clause, words=(*kept.pop().words, *clause.words)))
        else:
            kept.append(clause)
    return kept


def _lacks_subject(clause: Clause) -> bool:
    place = inversion(clause.words[:_FIRST_WORDS])
    return place is not None and clause.words[place].text in _THIRD_PERSONS


def _has_subject(clause: Clause) -> bool:
    return not _SUBJECTS.isdisjoint(clause.tokens)
