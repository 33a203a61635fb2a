"""What search does to French before looking anything up, and the sentences that it quotes."""

import pytest

from knowledge.search.analyser import analyse
from knowledge.search.extract import best_sentence, plain_text, sentences
from knowledge.search.index import HybridIndex, IndexBuilder, IndexedText
from knowledge.search.repair import RepairedQuery
from nlu.text import words

TEXTS = [
    IndexedText(
        "Budget participatif : les six étapes",
        "Un budget participatif confie une part de l'investissement aux habitants. "
        "Les idées sont déposées, étudiées par les services, puis soumises au vote.",
        ("budjet participatf coment on fait",),
    ),
    IndexedText(
        "Conseil de développement : qui doit en créer un ?",
        "Les intercommunalités de plus de 50 000 habitants créent un conseil de développement. "
        "La communauté fixe sa composition par délibération.",
    ),
    IndexedText(
        "Concertation préalable du plan local d'urbanisme",
        "La révision du plan local d'urbanisme s'accompagne d'une concertation. La réunion "
        "publique et le registre en sont les formes habituelles.",
    ),
    IndexedText(
        "Quartiers prioritaires : le conseil citoyen",
        "Dans un quartier prioritaire de la politique de la ville, un conseil citoyen associe "
        "les habitants au contrat.",
    ),
]


@pytest.fixture(scope="module")
def index() -> HybridIndex:
    return IndexBuilder(protected=words("Ambérieu-en-Bugey")).build(TEXTS)


def _repair(index: HybridIndex, text: str) -> RepairedQuery:
    return index.repair.repair(text)


def _best(index: HybridIndex, text: str) -> str:
    return TEXTS[int(index.relevance(_repair(index, text)).total.argmax())].title


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Les conseils de développement", "conseil developpement"),
        ("L’école d'été", "ECOLE ete"),
        ("Cœurs de villes", "coeur ville"),
        ("participation", "participations"),
    ],
)
def test_accents_plural_and_case_make_the_same_terms(written: str, same: str) -> None:
    assert analyse(written) == analyse(same)


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("on veut un bugdet participatf", "on veut un budget participatif"),
        ("Bugdet", "Budget"),
        ("concertaion et delibertion", "concertation et délibération"),
        ("reunoin publique du CNDP", "réunion publique du CNDP"),
    ],
)
def test_misspelt_words_become_those_of_the_base(
    index: HybridIndex, typed: str, corrected: str
) -> None:
    assert _repair(index, typed).corrected == corrected


@pytest.mark.parametrize(
    "typed",
    [
        "budget participatif",
        "quel temps fera-t-il dimanche",  # common words, although not in the base
        "QPV et CRTE",  # acronyms
        "le codev",  # a form of the synonyms
        "un projet à Ambérieu",  # a place
        "article L2143-2",
        "2026",
        "",
        "   ",
        "!!! ??? 🙂",
    ],
)
def test_right_words_acronyms_and_places_are_left_alone(index: HybridIndex, typed: str) -> None:
    assert _repair(index, typed).corrected is None


def test_the_spelling_of_example_questions_is_not_taken_for_right(index: HybridIndex) -> None:
    assert _repair(index, "budjet").corrected == "budget"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("c'est quoi un codev", TEXTS[1].title),
        ("on revise le PLU", TEXTS[2].title),
        ("notre qpv", TEXTS[3].title),
        ("un BP dans une petite commune", TEXTS[0].title),
    ],
)
def test_a_sigle_finds_what_is_spelt_out(index: HybridIndex, question: str, title: str) -> None:
    assert _best(index, question) == title


def test_the_encoder_reads_accents_and_spelt_out_sigles(index: HybridIndex) -> None:
    repaired = _repair(index, "creer un codev par deliberation")
    assert "délibération" in repaired.for_encoder
    assert "(conseil de développement)" in repaired.for_encoder


def test_the_accents_that_somebody_typed_are_kept(index: HybridIndex) -> None:
    assert _repair(index, "Une marche près du marché").for_encoder == "Une marche près du marché"


def test_a_sigle_that_is_also_a_word_needs_capitals(index: HybridIndex) -> None:
    assert _repair(index, "un ami du maire").expansion == ()
    assert _repair(index, "répondre à un AMI").expansion != ()


def test_a_very_long_question_is_cut(index: HybridIndex) -> None:
    assert len(_repair(index, "budget " * 2000).terms) < 200


MARKDOWN = """**Pour qui.** Toutes les communes.

## Comment

- Le conseil municipal fixe la composition du comité par délibération.
- Des habitants tirés au sort peuvent y siéger, voir [le texte](https://exemple.fr).

La présidence revient à un membre du conseil. Elle est « désignée » par le maire !
"""


def test_sentences_are_exact_parts_of_the_text() -> None:
    text = plain_text(MARKDOWN)
    found = list(sentences(MARKDOWN))
    assert "Des habitants tirés au sort peuvent y siéger, voir le texte." in found
    assert "La présidence revient à un membre du conseil." in found
    assert all(sentence in text for sentence in found)


def test_the_sentence_quoted_is_the_one_that_answers() -> None:
    quoted = best_sentence(MARKDOWN, analyse("qui préside le comité ?"), lambda _term: 1.0)
    assert quoted == "Le conseil municipal fixe la composition du comité par délibération."
    quoted = best_sentence(MARKDOWN, analyse("tirage au sort, tirés au sort"), lambda _term: 1.0)
    assert quoted is not None
    assert quoted.startswith("Des habitants tirés au sort")


def test_nothing_is_quoted_when_no_word_is_shared() -> None:
    assert best_sentence(MARKDOWN, analyse("piscine"), lambda _term: 1.0) is None
