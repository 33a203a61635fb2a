"""How a French word sounds, near enough to know a word written by ear.

« kartié » and « quartier », « konsertassion » and « concertation » sound alike: the spelling
differs, the word does not. Nothing here says what a word means.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_VOWEL = "aeiouy"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        # Consonants: one sign a sound; « s » and « z » are one, « concertasion » means « ssion ».
        (r"(?<=[aeou])ill(?=[aeiouy])", "Y"),
        (r"(?<=[a-z])([bcdfgklmnprt])\1", r"\1"),
        (r"ph", "f"),
        (r"s?ch(?=[rlnm])|ck|qu?|kh", "k"),
        (r"s?ch|sh", "C"),
        (r"sc(?=[eiy])|c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"x(?=.)", "ks"),
        (r"(?<!s)t(?=ion|iel|ieu[sx]|ienc)|(?<=a)t(?=ies?$)", "s"),
        (r"ge(?=[aou])|g(?=[eiy])", "j"),
        (r"gu(?=[eiy])", "g"),
        (r"w", "v"),
        (r"z|s+", "s"),
        (r"h", ""),
        # Endings that are not heard: « évaluer », « évalué », « évaluez », « évaluée » are one.
        (r"(?<=...)(?:e[rst]s?|ais?|ait|aient|ees?)$", "_"),
        (r"(?<=..)e$", "_"),
        (r"(?<=..)[dtpsx]+$", ""),
        # Vowels.
        (r"(?<=i)en(?=s)", "A"),
        (r"(?<=i)en(?![aeiouy_n])", "I"),
        (r"(?:ai|ei|i|y|(?<![aoe])u)[nm](?![aeiouy_nm])(?<!oi.)", "I"),
        (r"(?:a|e)[nm](?![aeiouy_nm])", "A"),
        (r"o[nm](?![aeiouy_nm])", "O"),
        (r"eau|au", "o"),
        (r"oeu|oe", "eu"),
        (r"ou(?=[aeiou])|oy(?=[aeiou])", "oi"),
        (r"ai|ei|ay|ey", "e"),
        (r"y", "i"),
        (r"_", ""),
        (r"([a-zA-Z])\1+", r"\1"),
    )
)


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Return a key that folded words sounding alike share.

    >>> sound("kartie") == sound("quartier"), sound("sor") == sound("sort")
    (True, True)
    """
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    return word


def group_by_sound(words: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the folded words under the key of their sound."""
    groups: dict[str, list[str]] = {}
    for word in sorted(words):
        groups.setdefault(sound(word), []).append(word)
    return {key: tuple(group) for key, group in groups.items()}
