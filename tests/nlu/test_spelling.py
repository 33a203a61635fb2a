"""Spelling is mended towards our field, and nothing else is touched."""

import pytest

from nlu.intents_examples import load_examples
from nlu.phonetics import sound
from nlu.spelling import Speller, frequent_words, sigle_words
from nlu.text import fold
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
    # Written by ear: the first letter may differ.
    ("une réunion de kartié", "une réunion de quartier"),
    ("des abitants", "des habitants"),
    ("la konsertassion", "la concertation"),
    ("une consertation", "une concertation"),
    ("un kestionnaire", "un questionnaire"),
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
    # Sounds like a common word that is not of our field: nothing to mend towards.
    "on vous rembource",
    "il a été transphéré",
    # Sigles, their article stuck to them.
    "lanct",
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


@pytest.mark.parametrize(
    ("by_ear", "right"),
    [
        ("kartie", "quartier"),
        ("tire", "tirer"),
        ("budje", "budget"),
        ("reunyon", "reunion"),
        ("experianse", "experience"),
        ("demokrasi", "democratie"),
        ("komune", "commune"),
        ("akompagneman", "accompagnement"),
        ("konseille", "conseiller"),
        ("ekolojik", "ecologique"),
    ],
)
def test_words_that_are_heard_alike_share_a_sound(by_ear: str, right: str) -> None:
    assert sound(by_ear) == sound(right)


@pytest.mark.parametrize(
    ("one", "other"),
    [("conseil", "conseiller"), ("commune", "communauté"), ("jeune", "jeunesse"), ("jury", "jour")],
)
def test_other_words_keep_their_own_sound(one: str, other: str) -> None:
    assert sound(fold(one)) != sound(fold(other))


def test_sigles_are_read_from_the_glossary() -> None:
    assert {"ANCT", "EPCI"} <= sigle_words()
