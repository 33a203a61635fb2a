"""The judged questions of the search: real resources, honest counts, no question seen elsewhere.

Nothing here runs the search: the judgements come from reading (`tests/recherche_jugee/README.md`).
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from knowledge.resources.content import parse_content
from knowledge.resources.lint import read_folder
from knowledge.resources.resource import Resource, ResourceState, ResourceType
from knowledge.search.judged import ANSWERS, WITNESSES, JudgedQuestion, read_judged
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.territoire import TerritoireType
from nlu.text import fold, words
from tests.knowledge.resources_examples import CONTENT_DAY, CONTENT_DIR

FILES = {
    "temoins": WITNESSES,
    "tenu": Path(__file__).parents[1] / "recherche_jugee" / "tenu.yml",
}
LABELLED = {
    name: Path(__file__).parents[1] / "recherche_jugee" / f"{name}.yml"
    for name in ("reglage_1", "reglage_2")
}
COPIED = 85
# For each file: the fewest questions with an answer, then without.
SIZES = {"temoins": (90, 25), "tenu": (130, 40)}
DIFFICULT = {"sms", "sans_accents", "fautes", "mots_cles"}
DIFFICULT_SHARE = 0.35
LONG_QUESTION = 35


@cache
def _load(name: str) -> tuple[JudgedQuestion, ...]:
    return read_judged(FILES[name])


@cache
def _labelled() -> tuple[JudgedQuestion, ...]:
    return tuple(each for path in LABELLED.values() for each in read_judged(path))


@cache
def _everything() -> tuple[JudgedQuestion, ...]:
    return tuple(each for name in SIZES for each in _load(name))


@cache
def _resources() -> dict[str, Resource]:
    resources = (parse_content(each.text, file=each.path.name) for each in read_folder(CONTENT_DIR))
    return {each.id: each for each in resources}


@cache
def _territoires() -> TerritoireBase:
    return load_territoires()


def _type_of(key: str) -> TerritoireType:
    kind = key.partition(":")[0]
    found: dict[str, TerritoireType] = {
        "commune": "commune",
        "epci": "epci",
        "departement": "departement",
        "region": "region",
    }
    return found[kind]


def _same(text: str) -> str:
    """Write a question so that accents, capitals, punctuation and spaces make no difference."""
    return " ".join(words(text))


def _answering() -> set[str]:
    return {
        id_ for each in _everything() for id_, grade in each.pertinents.items() if grade == ANSWERS
    }


@pytest.mark.parametrize("name", SIZES)
def test_each_file_keeps_its_size(name: str) -> None:
    counts = Counter(each.sans_reponse for each in _load(name))
    assert counts[False] >= SIZES[name][0]
    assert counts[True] >= SIZES[name][1]


@pytest.mark.parametrize("name", SIZES)
def test_a_third_of_the_questions_are_hard_to_read(name: str) -> None:
    answered = [each for each in _load(name) if not each.sans_reponse]
    difficult = [each for each in answered if each.registre in DIFFICULT]
    assert len(difficult) / len(answered) >= DIFFICULT_SHARE
    assert any(len(each.question.split()) >= LONG_QUESTION for each in answered)


def test_every_judged_resource_can_be_found() -> None:
    """Published, and not expired on the day the base was written."""
    found = {
        id_
        for id_, each in _resources().items()
        if each.state is ResourceState.PUBLIE and not each.is_expired(CONTENT_DAY)
    }
    judged = {id_ for each in _everything() for id_ in each.pertinents}
    assert judged - found == set()


def test_the_whole_base_is_asked_about() -> None:
    answering = _answering()
    assert len(answering) >= 150
    assert {_resources()[id_].type for id_ in answering} == set(ResourceType)


def test_every_territoire_exists() -> None:
    for each in _everything():
        if each.territoire:
            code = each.territoire.partition(":")[2]
            assert _territoires().get(_type_of(each.territoire), code)


def test_no_question_is_asked_twice() -> None:
    counts = Counter(_same(each.question) for each in _everything())
    assert [question for question, times in counts.items() if times > 1] == []


def test_no_question_is_an_example_or_a_title() -> None:
    """The examples help the search: a judged question among them would prove nothing."""
    seen = {
        _same(text)
        for resource in _resources().values()
        for text in (resource.title, *resource.questions)
    }
    seen_in_any_order = {" ".join(sorted(text.split())) for text in seen}
    copied = [
        each.question
        for each in _everything()
        if _same(each.question) in seen
        or " ".join(sorted(words(each.question))) in seen_in_any_order
    ]
    assert copied == []


def test_questions_without_accents_have_none() -> None:
    plain = [each.question for each in _everything() if each.registre == "sans_accents"]
    assert [text for text in plain if fold(text) != text.casefold()] == []


@pytest.mark.parametrize("name", LABELLED)
def test_each_author_labelled_as_many_answered_as_near(name: str) -> None:
    questions = read_judged(LABELLED[name])
    counts = Counter(each.sorte for each in questions)
    assert counts["repondue"] == counts["voisine"] == 130
    assert counts["administration"] >= 24
    assert counts["dehors"] >= 15
    assert all(each.sans_reponse == (each.sorte != "repondue") for each in questions)
    assert all(each.pourquoi for each in questions)


def test_the_resources_of_a_label_are_published() -> None:
    published = {id_ for id_, each in _resources().items() if each.state is ResourceState.PUBLIE}
    assert {id_ for each in _labelled() for id_ in each.pertinents} - published == set()


def test_no_labelled_question_is_like_one_held_out() -> None:
    """One may tune on the labels: what is reported on must not be among them."""
    held = [_same(each.question) for each in _load("tenu")]
    likeness = [
        process.extractOne(_same(each.question), held, scorer=fuzz.token_set_ratio)[1]
        for each in _labelled()
    ]
    assert max(likeness) < COPIED


def test_no_labelled_question_is_asked_twice_or_a_witness() -> None:
    counts = Counter(_same(each.question) for each in (*_labelled(), *_load("temoins")))
    assert [question for question, times in counts.items() if times > 1] == []


def test_labelled_questions_without_accents_have_none() -> None:
    plain = [each.question for each in _labelled() if each.registre == "sans_accents"]
    assert [text for text in plain if fold(text) != text.casefold()] == []
