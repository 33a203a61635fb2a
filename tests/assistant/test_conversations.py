"""The dialogues of tests/conversations/*.yml, through HTTP, on the real service and real Rasa."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.evaluation_dialogues import Dialogue, differences, offered, read_dialogues, spoken
from tests.conftest import Chat

DIRECTORY = Path(__file__).parent.parent / "conversations"


def dialogues() -> Iterator[Any]:
    for each in read_dialogues(DIRECTORY):
        marks = [pytest.mark.xfail(reason=each.ecart)] if each.ecart else []
        yield pytest.param(each, id=f"{each.fichier}: {each.nom}", marks=marks)


@pytest.mark.rasa
@pytest.mark.parametrize("dialogue", list(dialogues()))
def test_dialogue(client: httpx2.Client, dialogue: Dialogue) -> None:
    chat = Chat.open(client)
    for number, step in enumerate(dialogue.tours, 1):
        before = chat.last
        turn = chat.say(step["elu"]) if "elu" in step else press(chat, step["bouton"])
        problems = differences(turn, step.get("attendu") or {}, before)
        assert not problems, f"tour {number} : {problems}\n{said(turn)}"


def press(chat: Chat, button: str) -> dict[str, Any]:
    """Press a button of the previous turn by its label, or send a payload as it is."""
    if button.startswith("/"):
        return chat.press(button)
    pressed = offered(chat.last, button)
    assert pressed, f"« {button} » n'est pas proposé :\n{said(chat.last)}"
    return chat.press(*pressed)


def said(turn: dict[str, Any]) -> str:
    """Return everything that the turn shows, for reading a failure."""
    head = (
        f"issue={turn['outcome']} intention={turn['understanding']['intent']}"
        f" ({turn['understanding']['confidence']}) demande={turn['dialogue']['asks_for']}"
        f" territoire={turn['dialogue']['territoire_code']}"
        f" route={(turn['orientation'] or {}).get('route')}"
    )
    return f"{head}\n{spoken(turn)}"
