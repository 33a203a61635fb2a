"""Corrects misspellings towards the words of our field, and only towards them.

A word written by ear (« kartié ») is known by its sound, a word mistyped (« tiage ») by its
letters; a word that sounds like another common French word is left as it is.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import wordfreq
import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.phonetics import group_by_sound, sound
from nlu.text import fold, normalize, singular

MIN_LENGTH = 5
"""Shorter words are left alone: one letter changed makes another word."""
MIN_KNOWN_ZIPF = 2.15
"""Frequency, in wordfreq's Zipf scale, from which a word is taken as rightly spelt."""
_MIN_COMMON_ZIPF = 3.5
"""Frequency of the words that a misspelling may well stand for, were they not of our field."""
_LONG = 8
_CONJUGATED = re.compile(r"(?:ez|ons|aient|erait|erions|assent)$")
_ABBREVIATION = re.compile(r"(?<!\w)(?:[A-Z]|Mr|Mme|Mlle|Dr|[Aa]v|[Ss]te?)\.$")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"(?<![\w@./-])[^\W\d_]+(?![\w@/]|\.\w)")
_SIGLES = Path(__file__).parent / "data" / "sigles.yml"
_DOUBLED = re.compile(r"(.)\1")
_ELIDED = re.compile(r"^(?:[ldjnmsct]|qu|jusqu|lorsqu)(?=[aeiouyh])")


@cache
def known_words() -> frozenset[str]:
    """Return the folded French words that are frequent enough to be no misspelling.

    Misspellings are less frequent (« comission » 2.1, « budjet » 1.6). On the 2,105 training
    sentences of November 2026: 8 misspelt words mended, 3 right ones changed.
    """
    return _words_above(MIN_KNOWN_ZIPF)


@cache
def _common_sounds() -> frozenset[str]:
    """Return how the common French words sound: « rembource » is no word of our field."""
    return frozenset(map(sound, _words_above(_MIN_COMMON_ZIPF)))


def _words_above(zipf: float) -> frozenset[str]:
    minimum = 10 ** (zipf - 9)
    frequencies = wordfreq.get_frequency_dict("fr", wordlist="large")
    return frozenset(fold(word) for word, frequency in frequencies.items() if frequency > minimum)


def frequent_words(sentences: Iterable[str], *, minimum: int = 3) -> tuple[str, ...]:
    """Return the rightly spelt words that come back in these sentences, accents kept.

    Sentences written as élus type hold misspellings: a rare or unknown word teaches nothing.
    """
    counts = Counter(word.lower() for sentence in sentences for word in _LETTERS.findall(sentence))
    return tuple(
        word
        for word, count in counts.items()
        if count >= minimum and len(word) >= MIN_LENGTH and fold(word) in known_words()
    )


@cache
def sigle_words() -> frozenset[str]:
    """Return the words of the known sigles: « lanct » is « l'ANCT », not « lancé »."""
    entries = yaml.load(_SIGLES.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
    return frozenset(word for entry in entries for word in entry["sigle"].split())


class Speller:
    """Knows the words of the field; `protected` are further words never to touch (place names)."""

    def __init__(self, vocabulary: Iterable[str], *, protected: Iterable[str] = ()) -> None:
        self._accented: dict[str, str] = {}
        for word in vocabulary:
            if len(word) >= MIN_LENGTH and not word.isascii():
                self._accented[fold(word)] = word.lower()
            elif len(word) >= MIN_LENGTH:
                self._accented.setdefault(fold(word), word.lower())
        known = known_words() | {fold(word) for word in protected} | self._accented.keys()
        self._known = known | {singular(word) for word in known}
        self._taught: frozenset[str] = frozenset()
        self._by_initial = _group_by_initial(self._accented)
        self._by_sound = group_by_sound(self._accented)
        _common_sounds()
        self.correct_word = lru_cache(maxsize=8192)(self._correct_word)

    def teach(self, words: Iterable[str]) -> None:
        """Take these words for right too, instead of those taught before."""
        folded = {fold(word) for word in words}
        self._taught = frozenset(folded | {singular(word) for word in folded})
        self.correct_word.cache_clear()

    def correct(self, text: str) -> str:
        """Return the text written out (`normalize`), then spelt with the words of the field.

        A capitalised word inside a sentence is taken for a name, a word in capitals for a sigle:
        neither is touched, nor codes, addresses and words of fewer than `MIN_LENGTH` letters.
        """
        plain = normalize(text)
        return _WORD.sub(lambda match: self._correct_match(match, plain), plain)

    def _correct_match(self, match: re.Match[str], text: str) -> str:
        word = match.group()
        if not word.islower() and not (word.istitle() and _opens_sentence(text, match.start())):
            return word
        corrected = self.correct_word(fold(word))
        if corrected == fold(word):
            return word
        accented = self._accented.get(corrected, corrected)
        return accented.capitalize() if word.istitle() else accented

    def _correct_word(self, word: str) -> str:
        """Return the folded word of the field that this folded word miswrites, or itself."""
        if len(word) < MIN_LENGTH or not word.isalpha() or self._is_right(word):
            return word
        heard = self._by_sound.get(sound(word))
        if heard:
            return min(heard, key=lambda choice: (OSA.distance(word, choice), choice))
        return word if sound(word) in _common_sounds() else self._nearest(word)

    def _nearest(self, word: str) -> str:
        tolerance = 1 if len(word) < _LONG else 2
        choices = self._by_initial.get(word[0], ())
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=tolerance, limit=2)
        nearest = [str(choice) for choice, distance, _ in found if distance == found[0][1]]
        return _choose(word, nearest)

    def _is_right(self, word: str) -> bool:
        return self.knows(word) or bool(_CONJUGATED.search(word))

    def knows(self, word: str) -> bool:
        """Tell whether this folded word is right as it is, plural or elided article included."""
        if word in self._known or singular(word) in self._known or word in self._taught:
            return True
        rest = _ELIDED.sub("", word)
        return rest != word and (rest in self._known or singular(rest) in self._known)


def _choose(word: str, nearest: list[str]) -> str:
    """Choose among words as close; when they differ by more than a plural, change nothing.

    A letter not doubled is the commonest French misspelling: « jeunese » is « jeunesse ».
    """
    for choice in nearest:
        if _DOUBLED.sub(r"\1", choice) == _DOUBLED.sub(r"\1", word):
            return choice
    return nearest[0] if len({singular(choice) for choice in nearest}) == 1 else word


def _group_by_initial(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for word in sorted(words):
        groups.setdefault(word[0], []).append(word)
    return {initial: tuple(group) for initial, group in groups.items()}


def _opens_sentence(text: str, start: int) -> bool:
    """Tell whether a sentence begins here; « M. » and « av. » end none."""
    before = text[:start].rstrip()
    return not before or (before[-1] in ".!?:;" and not _ABBREVIATION.search(before))
