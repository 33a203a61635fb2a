"""Finds who a note cites: « @Claire Martin », or « @Claire » when there is one Claire only."""

import re
from collections.abc import Iterable

from nlu.text import fold

# At the start of a word only: an e-mail address cites nobody.
_AT = re.compile(r"(?<![\w.+/-])@(?=\w)")
_WORD = re.compile(r"[\w'’-]+")


class MentionUnknown(Exception):
    """Nobody answers to this name, or several do."""

    def __init__(self, nom: str) -> None:
        super().__init__(nom)
        self.nom = nom


def find_mentions(body: str, noms: Iterable[str]) -> tuple[str, ...]:
    """Return the names of those cited, each once, in the order of the text.

    Raises MentionUnknown.
    """
    known = sorted(noms, key=len, reverse=True)
    cited = [_whom(body[found.end() :], known) for found in _AT.finditer(body)]
    return tuple(dict.fromkeys(cited))


def _whom(rest: str, known: list[str]) -> str:
    told = fold(rest[:200])
    for nom in known:
        if _begins(told, fold(nom)):
            return nom
    first = [nom for nom in known if _begins(told, fold(nom).split()[0])]
    if len(first) == 1:
        return first[0]
    word = _WORD.match(rest)
    raise MentionUnknown(word[0] if word else rest[:20])


def _begins(told: str, nom: str) -> bool:
    return told.startswith(nom) and not told[len(nom) : len(nom) + 1].isalnum()
