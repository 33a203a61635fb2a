"""Hears the themes of a text, and nothing else: to try expressions before they are used."""

from collections.abc import Mapping, Sequence
from functools import cache
from threading import Lock

from spacy.language import Language

from nlu.components import build_nlp, replace_phrases
from nlu.entities.patterns import phrase_patterns, phrase_words, vocabulary_patterns
from nlu.entities.themes import SPANS_KEY, find_themes
from nlu.intents_examples import load_examples
from nlu.pipeline import load_entries
from nlu.spelling import Speller, frequent_words, sigle_words

_LOCK = Lock()


class ThemeReader:
    """Hears the themes of the product, by their expressions and those added. Safe to share."""

    def __init__(self, added: Mapping[str, Sequence[str]]) -> None:
        self._added = added
        self._patterns = [p for theme, each in added.items() for p in phrase_patterns(theme, each)]
        self._known: dict[str, tuple[str, ...]] = {}

    def themes(self, text: str) -> tuple[str, ...]:
        """Return the themes of a text, in reading order."""
        if text not in self._known:
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, text: str) -> tuple[str, ...]:
        nlp, speller = _pipeline()
        with _LOCK:
            speller.teach(phrase_words(p for each in self._added.values() for p in each))
            replace_phrases(nlp, SPANS_KEY, self._patterns)
            found = find_themes(nlp(text))
        return tuple(dict.fromkeys(each.theme for each in found))


@cache
def _pipeline() -> tuple[Language, Speller]:
    """Return a pipeline of its own: the service goes on reading with the other."""
    entries = load_entries(SPANS_KEY)
    phrases = [phrase for each in entries.values() for phrase in each.get("expressions", [])]
    field = frequent_words(example.text for example in load_examples())
    speller = Speller([*field, *phrase_words(phrases)], protected=sigle_words())
    patterns = {SPANS_KEY: vocabulary_patterns(entries)}
    return build_nlp(patterns, speller=speller, heard=(SPANS_KEY,)), speller
