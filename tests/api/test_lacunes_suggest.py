"""The form of a synonym is filled in with what the questions of the subject write in common."""

import pytest

from api.lacunes.suggest import Suggestion, suggest_synonym

CATS = (
    "Que faire contre les chats errants avec les associations ?",
    "Des chats errants envahissent le village, que faire ?",
    "Comment gérer les chats errants ?",
)
BUDGETS = (
    "Comment lancer un BP dans une petite commune ?",
    "Quel montant pour un BP des jeunes ?",
    "LANCER UN BP AVEC LES HABITANTS",
)


@pytest.mark.parametrize(
    ("questions", "words", "themes", "expected"),
    [
        (CATS, ["chats", "errants", "associations"], [], ("", ("chats errants", "associations"))),
        (
            BUDGETS,
            ["bp", "montant"],
            ["jeunesse"],
            ("budget participatif", ("BP", "montant")),
        ),
        (
            ("Louer la salle des fêtes ?", "Qui ouvre la salle des fêtes ?"),
            ["salle", "fêtes"],
            ["vie associative"],
            ("vie associative", ("salle des fêtes",)),
        ),
        (
            ("Budget participatif ?",),
            ["participatif"],
            ["budget participatif"],
            ("budget participatif", ()),
        ),
        ((), [], [], ("", ())),
    ],
)
def test_the_form_starts_from_the_words_of_the_subject(
    questions: tuple[str, ...],
    words: list[str],
    themes: list[str],
    expected: tuple[str, tuple[str, ...]],
) -> None:
    acronyms = {"bp": "budget participatif"}
    found = suggest_synonym(questions, words, themes=themes, acronyms=acronyms)
    assert found == Suggestion(*expected)
