"""Tells whether a message is in a language that we cannot answer in.

Positive evidence only: another script, or the function words of a language that we recognise.
Creoles and regional languages are never called foreign: their speakers are at home, and what they
write often holds enough French to be understood. Neither are names, sigles and short words.
"""

import math
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import wordfreq
from spacy.lang.cs.stop_words import STOP_WORDS as CZECH
from spacy.lang.da.stop_words import STOP_WORDS as DANISH
from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
from spacy.lang.es.stop_words import STOP_WORDS as SPANISH
from spacy.lang.fi.stop_words import STOP_WORDS as FINNISH
from spacy.lang.fr.stop_words import STOP_WORDS as FRENCH
from spacy.lang.hu.stop_words import STOP_WORDS as HUNGARIAN
from spacy.lang.it.stop_words import STOP_WORDS as ITALIAN
from spacy.lang.nl.stop_words import STOP_WORDS as DUTCH
from spacy.lang.pl.stop_words import STOP_WORDS as POLISH
from spacy.lang.pt.stop_words import STOP_WORDS as PORTUGUESE
from spacy.lang.ro.stop_words import STOP_WORDS as ROMANIAN
from spacy.lang.sv.stop_words import STOP_WORDS as SWEDISH
from spacy.lang.tr.stop_words import STOP_WORDS as TURKISH
from spacy.lang.vi.stop_words import STOP_WORDS as VIETNAMESE

from nlu.text import fold, is_shouted, normalize
from nlu.vocabulary import read_vocabulary

MIN_EVIDENCE = 2
"""Words of another language needed before calling a message foreign."""
_CLEARLY = 1.0
"""Zipf points (log10 of the frequency): ten times more frequent in one language than in another."""
_MIN_SHARE = 0.5
_COMMON = 1e-5
"""Of the languages we seldom meet, rarer words tell little, and fill the memory."""
_READ_WHOLE = frozenset({"fr", "en", "es", "de", "it", "pt", "nl"})
_MIN_UNREADABLE = 4
_MIN_MASHED = 3
_VOWELS = frozenset("aeiouy")
_MIN_OTHER_SCRIPT_SHARE = 0.6

_HELD_KEY = re.compile(r"(?:([a-z])\1{4,}\W*)+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LAST_PLAIN_LATIN = "ɏ"
_LATIN = ("LATIN", "FULLWIDTH LATIN", "MODIFIER", "FEMININE", "MASCULINE", "MICRO", "MATHEMATICAL")


def is_foreign(text: str) -> bool:
    """Tell whether the text is surely not French."""
    plain = " ".join(word for word in normalize(text).split() if not _is_address(word))
    if _is_other_script(plain):
        return True
    words = fold(" ".join(_common_words(plain))).replace("'", " ").split()
    if _words_at_home().intersection(words):
        return False
    return any(_is_written_in(language, words) for language in _STOP_WORDS)


def is_unreadable(text: str) -> bool:
    """Tell whether nothing in the text is a word: a cat on the keyboard, not a name nor a sigle."""
    if _HELD_KEY.fullmatch(fold(text).strip()):
        return True
    found = [fold(match.group()) for match in _WORD.finditer(normalize(text))]
    mashed = [word for word in found if len(word) >= _MIN_MASHED and not _VOWELS & set(word)]
    if len(mashed) >= MIN_EVIDENCE and 2 * len(mashed) > len(found):
        return True
    lists = [_zipf(language) for language in ("fr", *_STOP_WORDS)]
    known = any(word in each for each in lists for word in found)
    return len(found) >= MIN_EVIDENCE and not known and min(map(len, found)) >= _MIN_UNREADABLE


def load_languages() -> None:
    """Read the word lists now rather than at the first message (about a second)."""
    for language in ("fr", *_STOP_WORDS):
        _zipf(language)


def _is_address(word: str) -> bool:
    return "@" in word or "://" in word or word.startswith("www.")


def _is_other_script(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    others = sum(not _is_latin(char) for char in letters)
    return len(letters) > 1 and others / len(letters) >= _MIN_OTHER_SCRIPT_SHARE


def _is_latin(char: str) -> bool:
    return char <= _LAST_PLAIN_LATIN or unicodedata.name(char, "LATIN").startswith(_LATIN)


def _common_words(text: str) -> Iterator[str]:
    """Yield words, sigles and names left out: they speak no language."""
    shouted = is_shouted(text)
    for rank, match in enumerate(_WORD.finditer(text)):
        word = match.group()
        if word.islower() or shouted or word == "I" or (rank == 0 and word.istitle()):
            yield word


def _is_written_in(language: str, words: list[str]) -> bool:
    there, here = _zipf(language), _zipf("fr")
    leads = [there.get(word, 0) - here.get(word, 0) for word in words]
    foreign = sum(lead >= _CLEARLY for lead in leads)
    french = sum(lead <= -_CLEARLY for lead in leads)
    function_words = _function_words(language).intersection(words)
    return (
        foreign >= MIN_EVIDENCE
        and bool(function_words or not french)
        and foreign > 2 * french
        and foreign / len(words) >= _MIN_SHARE
    )


@cache
def _words_at_home() -> frozenset[str]:
    return frozenset(read_vocabulary("langues_de_france")["mots"])


@cache
def _zipf(language: str) -> dict[str, float]:
    """Return the Zipf frequency of the folded common words of a language (0 is never, 8 always)."""
    frequencies: dict[str, float] = {}
    for word, frequency in wordfreq.get_frequency_dict(language, wordlist="small").items():
        if language in _READ_WHOLE or frequency >= _COMMON:
            folded = fold(word)
            frequencies[folded] = frequencies.get(folded, 0.0) + frequency
    return {word: math.log10(frequency) + 9 for word, frequency in frequencies.items()}


@cache
def _function_words(language: str) -> frozenset[str]:
    french = {fold(word) for word in FRENCH}
    return frozenset(fold(word) for word in _STOP_WORDS[language]) - french


_STOP_WORDS = {
    "en": ENGLISH,
    "es": SPANISH,
    "de": GERMAN,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
    "cs": CZECH,
    "da": DANISH,
    "fi": FINNISH,
    "hu": HUNGARIAN,
    "pl": POLISH,
    "ro": ROMANIAN,
    "sv": SWEDISH,
    "tr": TURKISH,
    "vi": VIETNAMESE,
}
