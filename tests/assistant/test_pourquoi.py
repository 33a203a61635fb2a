"""« Pourquoi pas les ateliers ? »: what asks for reasons, and what only looks like it."""

import pytest

from assistant.memory import Memory
from assistant.pourquoi import PROPOSED, asks_why

LED = Memory(besoin="Être accompagnés, à quatre communes", route="projet_partage")


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("pourquoi pas les ateliers ?", "ateliers"),
        ("Et pourquoi pas Territoires d’engagement ?", "territoires_engagement"),
        ("Pourquoi vous ne nous proposez pas les ateliers ?", "ateliers"),
        ("pourquoi un projet partagé plutôt que des ateliers ?", "ateliers"),
        ("pourquoi les ateliers ne conviennent pas ?", "ateliers"),
        ("Un parcours ne serait pas plus adapté ?", "territoires_engagement"),
        ("on n'a pas droit au parcours ?", "territoires_engagement"),
        ("Pourquoi cette orientation ?", PROPOSED),
        ("pourquoi me proposez-vous ça ?", PROPOSED),
        ("pk ?", PROPOSED),
        ("sur quoi vous basez-vous ?", PROPOSED),
    ],
)
def test_reasons_are_asked_for(text: str, about: str) -> None:
    assert asks_why(text, LED) == about


@pytest.mark.parametrize(
    "text",
    [
        "pourquoi les ateliers n'ont pas marché chez nos voisins ?",
        "pourquoi pas un budget participatif ?",
        "en quoi consiste le parcours ?",
        "pourquoi proposer un budget participatif aux habitants ?",
        "les ateliers nous intéressent",
        "pourquoi ne pas tirer au sort les membres ?",
    ],
)
def test_other_questions_are_answered_as_such(text: str) -> None:
    assert asks_why(text, LED) is None


def test_before_any_need_it_is_a_wish() -> None:
    assert asks_why("Pourquoi pas des ateliers ?", Memory()) is None


def test_after_mere_records_why_is_asked_of_the_subject() -> None:
    searched = Memory(besoin="Tirer au sort un jury", route="ressources")
    assert asks_why("pourquoi ?", searched) is None
