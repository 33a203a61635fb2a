"""The real pipeline over the real vocabularies, built once for all the tests of entities."""

from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from nlu.components import build_nlp
from nlu.entities.patterns import phrase_words, vocabulary_patterns
from nlu.pipeline import load_entries
from nlu.spelling import Speller, sigle_words
from nlu.text import replace_surrogates

VOCABULARIES = ("themes", "signaux", "roles", "refus")


@cache
def speller() -> Speller:
    """Return the speller that knows the words of the vocabularies."""
    entries = [entry for name in VOCABULARIES for entry in load_entries(name).values()]
    phrases = [phrase for entry in entries for phrase in entry.get("expressions", [])]
    return Speller(phrase_words(phrases), protected=sigle_words())


@cache
def nlp() -> Language:
    """Return the pipeline over every vocabulary."""
    patterns = {name: vocabulary_patterns(load_entries(name)) for name in VOCABULARIES}
    return build_nlp(patterns, speller=speller(), heard=("themes",))


def read(sentence: str) -> Doc:
    """Return the document of a sentence."""
    return nlp()(replace_surrogates(sentence))
