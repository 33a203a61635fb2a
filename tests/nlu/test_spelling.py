"""Spelling is mended towards our field, and nothing else is touched."""

import pytest

from nlu.intents_examples import load_examples
from nlu.spelling import Speller, frequent_words
from tests.nlu.reader import speller

MENDED = [
    ("budjet particpatif", "budget participatif"),
    ("un referandum", "un référendum"),
    ("conseil de developement", "conseil de développement"),
    ("la concertasion", "la concertation"),
    ("Concertasion obligatoire ?", "Concertation obligatoire ?"),
    ("l'evaluasion", "l'évaluation"),
    ("la jeunese", "la jeunesse"),
    ("vielissement", "vieillissement"),
    ("le tiage au sort", "le tirage au sort"),
    ("un questionaire", "un questionnaire"),
]

LEFT_ALONE = [
    "le PLUI et la CCPA",
    "à Concerbation",
    "M. Referand",
    "code 32013, SIREN 200066926",
    "contact@concertasion.fr",
    "www.budjet.fr",
    "la commune d'à côté",
    "vous transmettez, nous publions, ils collectaient",
    "une démarche coconstruite",
    "le chien aboie",
    "visio",
    "dengagement",
    "ecole",
]


@pytest.mark.parametrize(("text", "expected"), MENDED)
def test_a_misspelt_word_of_the_field_is_mended(text: str, expected: str) -> None:
    assert speller().correct(text) == expected


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_names_codes_sigles_and_right_words_are_left_alone(text: str) -> None:
    assert speller().correct(text) == text


def test_protected_words_are_never_corrected() -> None:
    assert Speller(["revitalisation"]).correct("revitalisatio") == "revitalisation"
    protected = Speller(["revitalisation"], protected=["revitalisatio"])
    assert protected.correct("revitalisatio") == "revitalisatio"


def test_two_corrections_as_close_change_nothing() -> None:
    assert Speller(["gerbation", "gernation"]).correct("gerdation") == "gerdation"


def test_words_learnt_from_sentences_are_rightly_spelt() -> None:
    learnt = frequent_words(example.text for example in load_examples())
    assert "réunion" in learnt
    assert "concertasion" not in learnt
