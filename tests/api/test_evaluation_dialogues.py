"""The conversations of reference: what differs, what is relevant, what is invented, counted."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap import load_sigles
from api.evaluation_dialogues import (
    Dialogue,
    DialoguesIllisibles,
    Played,
    count,
    differences,
    judge,
    offered,
    play_all,
    read_dialogues,
)
from api.evaluation_sources import Sources
from api.settings import Settings
from assistant.actions.chercher import resource_json
from assistant.sources import Knowledge
from knowledge.orientation.loader import load_regles
from knowledge.resources.content import parse_content
from knowledge.search.engine import ResourceIndex, SearchEngine
from knowledge.territoires.loader import load_territoires
from tests.knowledge.resources_examples import CONTENT_DIR

TOURS = (
    {"elu": "Bonjour", "attendu": {"issue": ["social"]}},
    {
        "elu": "Nous voulons un appui sur trois ans",
        "attendu": {"orientation": ["territoires_engagement"], "humain": True},
    },
)
DIALOGUE = Dialogue("appui_long", "Un appui long", TOURS)


def turn(**changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "outcome": "answered",
        "messages": [
            {"type": "text", "text": "Voici votre orientation."},
            {"type": "choices", "choices": [{"label": "Je passe", "payload": "/passer"}]},
        ],
        "understanding": {"intent": "demander_accompagnement"},
        "resources": [],
        "orientation": {"route": "territoires_engagement"},
        "dialogue": {"territoire_code": None, "asks_for": None},
        "human_offered": True,
        "ticket": None,
    }
    return {**said, **changes}


def test_what_differs_is_told_key_by_key() -> None:
    expected = {"orientation": ["ateliers"], "humain": True, "contient": ["ticket"]}
    found = differences(turn(), expected)
    assert found == ["orientation attendu ['ateliers']", "contient attendu ['ticket']"]


def test_a_second_ticket_is_not_the_same() -> None:
    first = turn(ticket={"reference": "ORI-1"})
    assert not differences(first, {"meme_ticket": True}, first)
    assert differences(turn(ticket={"reference": "ORI-2"}), {"meme_ticket": True}, first)
    assert differences(first, {"meme_ticket": True}, {})


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(DialoguesIllisibles, match="orientations"):
        differences(turn(), {"orientations": ["ateliers"]})


def test_a_button_is_found_by_the_beginning_of_its_label() -> None:
    assert offered(turn(), "je p") == ("/passer", "Je passe")
    assert offered(turn(), "Envoyer") is None


def test_a_question_back_is_no_relevant_orientation_yet() -> None:
    played = judge(Played(DIALOGUE, ()), TOURS[0], turn(outcome="clarified"), None)
    played = judge(played, TOURS[1], turn(), None)
    assert played.oriented_at == 2
    figures = count([played])
    assert (figures.turns, figures.as_expected, figures.human_when_must) == (2, 0.5, 1.0)
    assert figures.median_turns == 2
    assert figures.failures == ("appui_long : Un appui long, tour 1 : issue attendu ['social']",)


def test_the_turns_after_an_absent_button_count_as_missed() -> None:
    figures = count([Played(DIALOGUE, problems=((),), missing=1)])
    assert (figures.passed, figures.as_expected) == (0, 0.5)
    assert "bouton absent" in figures.failures[0]


def test_a_human_not_offered_is_counted() -> None:
    played = judge(Played(DIALOGUE, ()), TOURS[1], turn(human_offered=False), None)
    assert count([played]).human_when_must == 0.0


@pytest.fixture(scope="module")
def sources() -> Sources:
    text = (CONTENT_DIR / "outil" / "outil-diagnostic-en-marchant.md").read_text(encoding="utf-8")
    index = ResourceIndex.build([parse_content(text)])
    knowledge = Knowledge(SearchEngine(index), load_territoires(), load_regles(), load_sigles())
    return Sources.of(knowledge)


def test_only_what_a_source_holds_is_no_invention(sources: Sources) -> None:
    knowledge = sources.knowledge
    real = resource_json(knowledge.engine.index.resources[0], knowledge)
    shown = {"type": "resources", "items": [real, {**real, "title": "Une autre"}]}
    links = {"type": "text", "text": f"Voir {real['url']}, et https://exemple.fr/invente."}
    assert sources.invented(turn(messages=[shown, links])) == (
        "fiche outil-diagnostic-en-marchant",
        "lien https://exemple.fr/invente.",
    )


def test_a_folder_without_conversation_or_without_turns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DialoguesIllisibles, match="aucune conversation"):
        read_dialogues(tmp_path)
    (tmp_path / "vide.yml").write_text("nom: sans tours\n", encoding="utf-8")
    with pytest.raises(DialoguesIllisibles, match=r"vide\.yml"):
        read_dialogues(tmp_path)


@pytest.mark.rasa
def test_a_conversation_is_played_until_the_button_that_is_not_offered() -> None:
    tours = (
        {"elu": "Je veux parler à un conseiller", "attendu": {"orientation": ["conseiller"]}},
        {"bouton": "Un bouton que personne ne propose"},
    )
    played = asyncio.run(play_all(Settings(), [Dialogue("essai", "Un essai", tours)]))
    figures = count(played)
    assert (figures.as_expected, figures.invented) == (0.5, ())
    assert figures.failures == ("essai : Un essai, tour 2 : bouton absent",)
