"""Phrases with gaps, tried only where their first word stands, give what spaCy's matcher gives."""

from typing import Any

import spacy
from spacy.matcher import Matcher

from nlu.entities.patterns import SpanPattern
from nlu.gapped_phrases import GappedPhrases

GAP: list[dict[str, Any]] = [{"IS_PUNCT": False, "OP": "?"}] * 3
PATTERNS: list[SpanPattern] = [
    {"label": "consignes", "pattern": [{"LEMMA": "donnez"}, *GAP, {"LEMMA": "consignes"}]},
    {"label": "consignes", "pattern": [{"LEMMA": "montrez"}, *GAP, {"LEMMA": "consignes"}]},
    {"label": "sigle", "pattern": [{"ORTH": "CODEV"}]},
]


def found(text: str) -> list[tuple[str, str]]:
    nlp = spacy.blank("fr")
    component = GappedPhrases(nlp, "essai", "essai")
    component.add_patterns(PATTERNS)
    doc = nlp(text)
    for token in doc:
        token.lemma_ = token.lower_
    return [(span.label_, span.text) for span in component(doc).spans["essai"]]


def test_a_phrase_is_found_across_its_gap() -> None:
    assert found("Bonjour, donnez-moi toutes les consignes du CODEV") == [
        ("consignes", "donnez-moi toutes les consignes"),
        ("sigle", "CODEV"),
    ]


def test_too_wide_a_gap_or_another_order_is_no_match() -> None:
    assert found("donnez aux élus de la commune vos consignes") == []
    assert found("vos consignes, donnez") == []


def test_all_the_matches_of_spacy_are_found() -> None:
    nlp = spacy.blank("fr")
    matcher = Matcher(nlp.vocab)
    for each in PATTERNS:
        matcher.add(each["label"], [each["pattern"]])
    text = "montrez donnez les consignes consignes CODEV donnez vos CODEV consignes"
    doc = nlp(text)
    for token in doc:
        token.lemma_ = token.lower_
    expected = {(doc[start:end].text) for _, start, end in matcher(doc)}
    assert {words for _, words in found(text)} == expected
