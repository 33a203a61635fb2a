"""Several questions in one message: all are seen, each at its place.

The messages of tests/phrases_multiples tune this; the figures are printed
(`pytest -s tests/nlu/test_questions.py`) and the thresholds only keep them from falling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from api.settings import ROOT
from nlu.questions import RequestFinder
from nlu.questions_cut import cut
from nlu.questions_turns import read_request_turns
from nlu.questions_words import read_words
from nlu.spelling import Speller
from nlu.text import FoldedText
from nlu.understanding import INTENTS, IntentScore, IntentSpan, Understanding
from tests.nlu.test_entities_fuzz import TEXTS
from tests.nlu.test_pipeline import understand

MULTIPLES = ROOT / "tests" / "phrases_multiples" / "questions.yml"
GLUE = st.sampled_from([" ", ", ", " et ", " ? ", ". ", "\n- ", ", puis ", " : ", "-"])
PIECES = st.sampled_from(
    ["comment faire", "y a t'il", "es que", "ki paye", "je voudrais un guide", "bonjour", "M", "«"]
)
MESSAGES = st.lists(st.one_of(PIECES, GLUE), max_size=25).map("".join)


@dataclass(frozen=True)
class Case:
    """A message, the requests that it holds, and what was understood."""

    expected: list[dict[str, str]]
    got: Understanding

    def wanted(self) -> list[tuple[str, int, int]]:
        text = self.got.text
        places = [(each["intention"], text.index(each["extrait"]), each) for each in self.expected]
        return [(intent, start, start + len(each["extrait"])) for intent, start, each in places]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    phrases: list[dict[str, Any]] = yaml.safe_load(MULTIPLES.read_text("utf-8"))["phrases"]
    return [Case(each["demandes"], understand(each["texte"])) for each in phrases]


def overlap(span: IntentSpan, start: int, end: int) -> float:
    """Share of the two extracts together that they have in common."""
    common = max(0, min(span.end, end) - max(span.start, start))
    return common / (span.end - span.start + end - start - common)


def nearest(case: Case, start: int, end: int) -> tuple[IntentSpan, float]:
    best = max(case.got.intents, key=lambda span: overlap(span, start, end))
    return best, overlap(best, start, end)


def test_the_number_of_requests_is_exact(cases: list[Case]) -> None:
    wrong = [case.got.text for case in cases if len(case.got.intents) != len(case.expected)]
    exact = 1 - len(wrong) / len(cases)
    print(f"\ndemandes : nombre exact {exact:.3f}, {len(cases)} messages")  # noqa: T201
    assert exact >= 0.92, wrong


def test_a_long_message_with_one_request_is_not_cut(cases: list[Case]) -> None:
    wrong = [c.got.text for c in cases if len(c.expected) == 1 and len(c.got.intents) != 1]
    assert len(wrong) <= 1, wrong


def test_each_request_is_at_its_place_with_its_intent(cases: list[Case]) -> None:
    places, intents, total = 0, 0, 0
    for case in cases:
        for intent, start, end in case.wanted():
            span, shared = nearest(case, start, end)
            total += 1
            places += shared >= 0.8
            intents += shared > 0 and span.intent == intent
    print(  # noqa: T201 - a figure to report
        f"\nextraits : {places / total:.3f} recouvrent à 80 %, intention juste"
        f" {intents / total:.3f}, {total} demandes"
    )
    assert places >= 0.86 * total
    assert intents >= 0.88 * total


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Comment monter un conseil des jeunes à Figeac, et qui peut nous aider à l'animer ?",
            ["Comment monter un conseil des jeunes à Figeac", "qui peut nous aider à l'animer"],
        ),
        (
            "Bonjour, je cherche un modèle de charte. Par ailleurs, où en est ma demande ?",
            ["je cherche un modèle de charte", "où en est ma demande"],
        ),
        (
            "Nous sommes à Mirande. Nous avons un marché couvert. Combien coûte un animateur ?",
            ["Combien coûte un animateur"],
        ),
        (
            "Quels élus, quels agents et quels habitants faut-il inviter au comité ?",
            ["Quels élus, quels agents et quels habitants faut-il inviter au comité"],
        ),
        (
            "Avez-vous des guides, des fiches et des vidéos sur le tirage au sort ?",
            ["Avez-vous des guides, des fiches et des vidéos sur le tirage au sort"],
        ),
        (
            "ki a deja fait 1 budget participatif et coman on le finance",
            ["ki a deja fait 1 budget participatif", "coman on le finance"],
        ),
        (
            "Un questionnaire sur la mobilité, vous avez ?",
            ["Un questionnaire sur la mobilité, vous avez"],
        ),
        (
            "Je ne demande pas d'argent. Je voudrais des exemples de villes moyennes.",
            ["Je voudrais des exemples de villes moyennes"],
        ),
        (
            "M. Faure, maire de Condom, aimerait savoir si le vote est légal.",
            ["M. Faure, maire de Condom, aimerait savoir si le vote est légal"],
        ),
    ],
)
def test_cases_that_taught_us_something(text: str, expected: list[str]) -> None:
    spans = understand(text).intents
    assert [text[span.start : span.end] for span in spans] == expected


@pytest.mark.parametrize(
    ("text", "main"),
    [
        ("Un modèle de charte existe-t-il ? Et combien ça coûte ?", "chercher_outil"),
        (
            "Comment tirer au sort des habitants ? Un conseiller peut-il m'appeler jeudi ?",
            "parler_conseiller",
        ),
        (
            "Quel temps fera-t-il demain ? Et comment associer les jeunes au projet de bourg ?",
            "demander_methode",
        ),
    ],
)
def test_the_main_request(text: str, main: str) -> None:
    found = understand(text)
    assert found.intent == main
    assert len(found.intents) == 2


@pytest.mark.parametrize("text", ["Bonjour", "merci beaucoup", "Comment tirer au sort ?", "oui"])
def test_a_single_thing_said_is_the_main_intent(text: str) -> None:
    found = understand(text)
    (only,) = found.intents
    assert (only.intent, only.confidence) == (found.intent, found.confidence)


@pytest.mark.parametrize("text", ["", "  ", "🙂", "\ud800"])
def test_nothing_said_asks_nothing(text: str) -> None:
    assert understand(text).intents == ()


def test_one_sentence_is_classified_once() -> None:
    read: list[str] = []

    def rank(text: str) -> tuple[IntentScore, ...]:
        read.append(text)
        return (IntentScore("demander_methode", 0.9),)

    finder = RequestFinder(rank, Speller([]))
    found = finder.find(FoldedText.of("Comment tirer au sort des habitants ?"), "tout")
    assert (len(found.spans), read) == (1, ["tout"])


def test_a_long_letter_is_classified_a_bounded_number_of_times() -> None:
    read: list[str] = []

    def rank(text: str) -> tuple[IntentScore, ...]:
        read.append(text)
        return whole()

    letter = "Comment associer les habitants ? Qui peut payer un animateur ? " * 20
    RequestFinder(rank, Speller([])).find(FoldedText.of(letter), letter)
    assert len(read) <= 8


def test_the_questions_of_a_message_are_read_together() -> None:
    ahead: list[Sequence[str]] = []
    finder = RequestFinder(lambda _: whole(), Speller([]), read_ahead=ahead.append)
    text = "Comment associer les habitants ? Qui peut payer un animateur ?"
    finder.find(FoldedText.of(text), text)
    [together] = ahead
    assert list(together) == [
        text,
        "Comment associer les habitants",
        "Qui peut payer un animateur",
    ]


def check(text: str, spans: list[tuple[int, int]]) -> None:
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


@cache
def whole() -> tuple[IntentScore, ...]:
    return tuple(IntentScore(intent, 1 / len(INTENTS)) for intent in INTENTS)


@settings(max_examples=300, deadline=None)
@given(st.one_of(MESSAGES, st.text(max_size=80)))
def test_any_text_is_cut_into_ordered_pieces_of_it(text: str) -> None:
    said = read_words(FoldedText.of(text), str)
    check(text, [(each.start, each.end) for each in cut(text, said, read_request_turns())])
    finder = RequestFinder(lambda _: whole(), Speller([]))
    if text.strip():
        spans = finder.find(FoldedText.of(text), text).spans
        check(text, [(each.start, each.end) for each in spans])


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_any_understanding_has_its_requests_inside_the_text(text: str) -> None:
    found = understand(text)
    check(text, [(each.start, each.end) for each in found.intents])
    assert all(each.intent in INTENTS for each in found.intents)
