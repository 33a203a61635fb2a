"""Mends the verbs written by ear: « pr créé 1 conseil », « vs pouvé », « rapelé moi ».

Only for the intents: é, er and ez sound alike, and what stands before the verb tells which it is.
"""

import re
from collections.abc import Mapping
from functools import cache

import wordfreq

from nlu.vocabulary import load_verb_contexts

_FINAL = re.compile(r"(?<![\w'’-])([a-zàâçèéêîôùû]{2,})é(?![\w'’])")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ADDRESSED = re.compile(r"[ -](?:moi|nous|vous)\b")
_RARE_INFINITIVE = 0.3
"""Below this share of the participle's frequency, é is right: « un marché », « de société »."""


def mend_endings(text: str) -> str:
    """Return the text with the infinitives and the « vous » forms that were typed in é.

    >>> mend_endings("pour créé un conseil"), mend_endings("vous pouvé venir")
    ("pour créer un conseil", "vous pouvez venir")
    """
    return _FINAL.sub(_mend, text)


def _mend(match: re.Match[str]) -> str:
    stem, before = match.group(1), _WORD.findall(match.string[: match.start()])[-2:]
    infinitive_after = load_verb_contexts()["avant_infinitif"]
    spoken_to = [word.lower() for word in before]
    if _is_addressed(stem, spoken_to, match.string[match.end() :]):
        return stem + "ez"
    if spoken_to and spoken_to[-1] in infinitive_after and _is_infinitive(stem):
        return stem + "er"
    return match.group()


def _is_addressed(stem: str, before: list[str], after: str) -> bool:
    """Tell whether the verb says « vous », before it or as an order after it."""
    if load_verb_contexts()["pas_vous"].intersection(before) or not _is_verb(stem):
        return False
    return before[-1:] == ["vous"] or (not before and bool(_ADDRESSED.match(after)))


def _is_verb(stem: str) -> bool:
    return f"{stem}er" in _frequencies() or f"{stem}ez" in _frequencies()


def _is_infinitive(stem: str) -> bool:
    infinitive, participle = (_frequencies().get(stem + end, 0.0) for end in ("er", "é"))
    return infinitive > 0 and infinitive >= _RARE_INFINITIVE * participle


@cache
def _frequencies() -> Mapping[str, float]:
    return wordfreq.get_frequency_dict("fr", wordlist="large")
