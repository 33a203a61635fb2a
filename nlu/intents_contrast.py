"""Keeps what is asked for and leaves out what is ruled out: « je ne cherche pas X : je veux Y ».

The turns of phrase are in `nlu/data/vocabulaire/contrastes.yml`.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from nlu.text import words
from nlu.turns_of_phrase import Turns
from nlu.vocabulary import read_vocabulary

_LEAST_WORDS = 4


class ContrastReader:
    """Leaves out the clauses that rule a need out, when the others ask for something."""

    def __init__(
        self,
        *,
        hinges: Iterable[str],
        resumptions: Iterable[str],
        ruling_out: Iterable[str],
        asking: Iterable[str],
    ) -> None:
        hinge, resumed = _any_of(hinges), _any_of(resumptions)
        self._cut = re.compile(
            rf",(?!\s+{resumed})(?=\s|$)\s*|\s*[;:.?!()]+(?=\s|$)\s*|\s+[-–—]\s+|(?:^|\s+){hinge}\s+"
        )
        self._ruling_out = Turns(ruling_out)
        self._asking = Turns(asking)

    def asked(self, text: str) -> str:
        """Return the text without what it rules out; all of it when in doubt.

        >>> read_contrasts().asked("Je ne cherche pas un guide : je veux un rendez-vous.")
        'je veux un rendez-vous.'
        """
        clauses = self._clauses(text)
        if len(clauses) == 1:
            return text
        kept = [clause for clause in clauses if not self._ruling_out.said(words(clause))]
        rest = " ".join(kept)
        if len(kept) == len(clauses) or len(words(rest)) < _LEAST_WORDS:
            return text
        return rest if any(self._asking.said(words(clause)) for clause in kept) else text

    def _clauses(self, text: str) -> list[str]:
        """Cut after each punctuation mark and each hinge; nothing is lost."""
        bounds = [0, *(match.end() for match in self._cut.finditer(text)), len(text)]
        pieces = [text[start:end].strip() for start, end in pairwise(bounds)]
        return [piece for piece in pieces if piece] or [text]


def _any_of(alternatives: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, alternatives))})"


@cache
def read_contrasts() -> ContrastReader:
    """Return the reader of `nlu/data/vocabulaire/contrastes.yml`."""
    written = read_vocabulary("contrastes")
    return ContrastReader(
        hinges=written["charnières"],
        resumptions=written["reprises"],
        ruling_out=written["écarte"],
        asking=written["demande"],
    )
