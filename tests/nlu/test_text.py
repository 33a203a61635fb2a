"""Text as élus type it: folded to compare, written out to classify, never altered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.text import FoldedText, fold, normalize, singular, squeeze, strip_invisible, words

FOLDED = [
    ("Cœur de l’Été", "coeur de l'ete"),
    ("  Saint–Jean  —  de Luz ", "saint-jean - de luz"),
    ("ÉVALUATION", "evaluation"),
    ("Ex æquo", "ex aequo"),
    ("12\u202f000\u00a0€", "12 000 €"),
    ("", ""),
]

WRITTEN_OUT = [
    ("slt c possible 1 referendum local pr la salle des fetes ?",
     "salut c'est possible 1 referendum local pour la salle des fetes ?"),
    ("qpv cc pvd crte jy comprends rien vs pouvez traduire",
     "qpv cc pvd crte j'y comprends rien vous pouvez traduire"),
    ("jvoudré savoir koi faire ds ma commune", "je voudrais savoir quoi faire dans ma commune"),
    ("kel logiciel gratuit pr consultation en ligne ?",
     "quel logiciel gratuit pour consultation en ligne ?"),
    ("bcp de monde tt le tps", "beaucoup de monde tout le temps"),
    ("pk personne vient", "pourquoi personne vient"),
    ("merciiiii bcp", "merci beaucoup"),
    ("koi 2 9 a clermont ce moi ci", "quoi de neuf a clermont ce mois-ci"),
    ("es ce kon peu filmé la reu", "est-ce qu'on peut filmé la réunion"),
    ("Es ce que vs pouvé maidé", "est-ce que vous pouvez maidé"),
    ("ou en es mon dossier", "où en est mon dossier"),
    ("fo til 1 délib", "faut-il 1 délibération"),
    ("ouiiii", "oui"),
    ("chui maire", "je suis maire"),
    ("c est pour ma commune", "c'est pour ma commune"),
    ("j ai 900 hab", "j'ai 900 hab"),
    ("maire d auch", "maire d'auch"),
    ("qu est ce qu il faut", "qu'est ce qu'il faut"),
    ("L’école d’Auch", "L'école d'Auch"),
    ("👍", "oui"),
    ("👎🏽", "non"),
    ("SLT KEL LOGICIEL", "salut quel LOGICIEL"),
]  # fmt: skip

LEFT_ALONE = [
    "Le PLU et la CC",
    "La PR de la DS",
    "antenne 5G",
    "l'antenne 5 g",
    "phase III",
    "www.auch.fr",
    "cc",
    "Je suis maire d'une commune de 900 habitants.",
    "budget participatif",
    "tel",
    "d'accord",
]


@pytest.mark.parametrize(("text", "expected"), FOLDED)
def test_fold_makes_spellings_comparable(text: str, expected: str) -> None:
    assert fold(text) == expected


@pytest.mark.parametrize(("text", "expected"), WRITTEN_OUT)
def test_hasty_writing_is_written_out(text: str, expected: str) -> None:
    assert normalize(text) == expected


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_careful_writing_is_left_alone(text: str) -> None:
    assert normalize(text) == text


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("habitants", "habitant"),
        ("municipaux", "municipal"),
        ("niveaux", "niveau"),
        ("jeux", "jeu"),
        ("bus", "bus"),
        ("dgs", "dgs"),
        ("process", "process"),
    ],
)
def test_singular_removes_plural_marks(plural: str, expected: str) -> None:
    assert singular(plural) == expected


def test_squeeze_keeps_double_letters() -> None:
    assert squeeze("commmmune") == "comune"
    assert squeeze("commune") == "commune"


def test_words_cut_elisions() -> None:
    assert words("L’école d'Auch") == ["l", "ecole", "d", "auch"]


def test_invisible_characters_disappear() -> None:
    assert strip_invisible("ma\u200bi\x00re\ud800") == "maire"


def test_folded_text_knows_where_its_characters_come_from() -> None:
    text = "Le CŒUR\u200b de l’Été"
    folded = FoldedText.of(text)
    assert folded.text == "le coeur de l'ete"
    start = folded.text.index("coeur")
    assert text[slice(*folded.span(start, start + 5))] == "CŒUR"
    start = folded.text.index("ete")
    assert text[slice(*folded.span(start, start + 3))] == "Été"


@given(st.text())
def test_any_text_can_be_folded_and_written_out(text: str) -> None:
    folded = FoldedText.of(text)
    assert len(folded.text) == len(folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)
    assert all(0 <= offset < len(text) for offset in folded.offsets)
    normalize(text).encode("utf-8")
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzéèàçœ '-.?0123456789", max_size=80))
def test_writing_out_twice_changes_nothing_more(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
