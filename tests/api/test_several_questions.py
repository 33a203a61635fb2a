"""Several questions in one message: each has its own resources, its words, or its button."""

from typing import Any

from assistant.wire import pack, public, unpack
from nlu.understanding import IntentSpan, PersonalDatum, Understanding
from tests.conftest import Chat

TWO_QUESTIONS = (
    "Comment lancer un budget participatif à Auch, et existe-t-il des aides pour le financer ?"
)


def groups(turn: dict[str, Any]) -> list[list[str]]:
    """Identifiers of the resources shown, one list per group."""
    return [
        [item["id"] for item in message["items"]]
        for message in turn["messages"]
        if message["type"] == "resources"
    ]


def said(turn: dict[str, Any]) -> str:
    return "\n".join(message.get("text", "") for message in turn["messages"])


def payloads(turn: dict[str, Any]) -> list[str]:
    rows = [message for message in turn["messages"] if message["type"] == "choices"]
    assert len(rows) == 1
    return [choice["payload"] for choice in rows[0]["choices"]]


def test_two_questions_get_two_groups_of_resources(chat: Chat) -> None:
    turn = chat.say(TWO_QUESTIONS)
    main, other = groups(turn)
    assert main
    assert 1 <= len(other) <= 2
    assert not set(main) & set(other)
    assert [shown["id"] for shown in turn["resources"]] == [*main, *other]
    assert "«\u00a0existe-t-il des aides pour le financer\u00a0»" in said(turn)
    intents = turn["understanding"]["intents"]
    assert [each["intent"] for each in intents] == ["demander_methode", "question_financement"]
    assert turn["understanding"]["intent"] == "demander_methode"
    for each in intents:
        assert TWO_QUESTIONS[each["start"] : each["end"]] == each["extrait"]


def test_what_was_shown_for_each_question_is_not_shown_again(chat: Chat) -> None:
    first = chat.say(TWO_QUESTIONS)
    more = chat.press("/plus_de_resultats")
    seen = {shown["id"] for shown in first["resources"]}
    assert not seen & {shown["id"] for shown in more["resources"]}


def test_a_single_question_is_answered_as_before(chat: Chat) -> None:
    turn = chat.say("Comment lancer un budget participatif à Auch ?")
    assert len(groups(turn)) == 1
    assert [each["intent"] for each in turn["understanding"]["intents"]] == ["demander_methode"]


def test_an_accompaniment_asked_besides_gets_its_button(chat: Chat) -> None:
    turn = chat.say(
        "Avez-vous un modèle de charte de la participation ? Nous voudrions aussi être accompagnés"
        " par Territoires d'engagement."
    )
    assert "/demander_accompagnement" in payloads(turn)
    assert payloads(turn)[-1] == "/parler_conseiller"
    assert len(payloads(turn)) == len(set(payloads(turn)))


def test_a_human_asked_for_does_not_hide_the_question(chat: Chat) -> None:
    turn = chat.say(
        "Comment tirer au sort des habitants pour un jury citoyen ? Je voudrais aussi parler à un"
        " conseiller."
    )
    assert turn["understanding"]["intent"] == "parler_conseiller"
    assert groups(turn)
    assert "recapitulatif" in [message["type"] for message in turn["messages"]]
    assert turn["dialogue"]["question"] == "contact"


def test_what_is_off_topic_is_said_and_the_rest_answered(chat: Chat) -> None:
    turn = chat.say(
        "Combien coûte un passeport ? Et comment associer les jeunes au projet de skate-park ?"
    )
    assert turn["understanding"]["intent"] == "demander_methode"
    assert groups(turn)
    assert "Combien coûte un passeport" in said(turn)


def test_requests_travel_through_rasa_and_hide_personal_data() -> None:
    text = "Supprimez le 06 12 34 56 78. Comment tirer au sort ?"
    understanding = Understanding(
        text=text,
        intent="donnees_personnelles",
        confidence=0.9,
        intents=(
            IntentSpan("donnees_personnelles", 0.9, 0, 27),
            IntentSpan("demander_methode", 0.8, 29, 50),
        ),
        donnees_personnelles=(PersonalDatum("telephone", "06 12 34 56 78", 13, 27),),
    )
    assert unpack(text, pack(understanding)) == understanding
    first, second = public(understanding)["intents"]
    assert "extrait" not in first
    assert second["extrait"] == "Comment tirer au sort"
