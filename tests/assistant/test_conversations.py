"""The dialogues of tests/conversations/*.yml, through HTTP, on the real service and real Rasa."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from tests.conftest import Chat

DIRECTORY = Path(__file__).parent.parent / "conversations"


def dialogues() -> Iterator[Any]:
    for path in sorted(DIRECTORY.glob("*.yml")):
        documents = yaml.safe_load_all(path.read_text(encoding="utf-8"))
        for document in documents:
            for each in document if isinstance(document, list) else [document]:
                gap = each.get("ecart")
                marks = [pytest.mark.xfail(reason=gap)] if gap else []
                yield pytest.param(each, id=f"{path.stem}: {each['nom']}", marks=marks)


@pytest.mark.rasa
@pytest.mark.parametrize("dialogue", list(dialogues()))
def test_dialogue(client: httpx2.Client, dialogue: dict[str, Any]) -> None:
    chat = Chat.open(client)
    for number, step in enumerate(dialogue["tours"], 1):
        before = chat.last.get("ticket") or {}
        turn = chat.say(step["elu"]) if "elu" in step else press(chat, step["bouton"])
        expected = dict(step.get("attendu") or {})
        if expected.pop("meme_ticket", False):
            assert turn["ticket"]["reference"] == before["reference"]
        problems = differences(turn, expected)
        assert not problems, f"tour {number} : {problems}\n{said(turn)}"


def press(chat: Chat, button: str) -> dict[str, Any]:
    """Press a button of the previous turn by its label, or send a payload as it is."""
    if button.startswith("/"):
        return chat.press(button)
    offered = {
        choice["label"]: choice["payload"]
        for message in chat.last["messages"]
        if message["type"] == "choices"
        for choice in message["choices"]
    }
    matching = [label for label in offered if label.casefold().startswith(button.casefold())]
    assert matching, f"« {button} » n'est pas proposé : {list(offered)}"
    return chat.press(offered[matching[0]], matching[0])


def differences(turn: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Return what differs from what was expected, one line each."""
    kinds = [message["type"] for message in turn["messages"]]
    route = (turn["orientation"] or {}).get("route")
    checks: dict[str, Callable[[Any], bool]] = {
        "issue": lambda wanted: turn["outcome"] in wanted,
        "intention": lambda wanted: turn["understanding"]["intent"] in wanted,
        "territoire": lambda wanted: turn["dialogue"]["territoire_code"] == wanted,
        "demande": lambda wanted: turn["dialogue"]["asks_for"] == wanted,
        "orientation": lambda wanted: route in wanted,
        "contient": lambda wanted: set(wanted) <= set(kinds),
        "types": lambda wanted: set(wanted) <= {each["type"] for each in turn["resources"]},
        "ne_contient_pas": lambda wanted: not set(wanted) & set(kinds),
        "humain": lambda wanted: turn["human_offered"] is wanted,
        "ticket": lambda wanted: (turn["ticket"] is not None) is wanted,
        "memoire_dit": lambda wanted: wanted.casefold() in spoken(turn).casefold(),
    }
    unknown = set(expected) - set(checks)
    assert not unknown, f"clés inconnues : {unknown}"
    return [
        f"{name} attendu {wanted!r}"
        for name, wanted in expected.items()
        if not checks[name](wanted)
    ]


def said(turn: dict[str, Any]) -> str:
    """Return everything that the turn shows, for reading a failure."""
    head = (
        f"issue={turn['outcome']} intention={turn['understanding']['intent']}"
        f" ({turn['understanding']['confidence']}) demande={turn['dialogue']['asks_for']}"
        f" territoire={turn['dialogue']['territoire_code']}"
        f" route={(turn['orientation'] or {}).get('route')}"
    )
    return f"{head}\n{spoken(turn)}"


def spoken(turn: dict[str, Any]) -> str:
    """Return what the élu reads."""
    lines = []
    for message in turn["messages"]:
        if message["type"] == "text":
            lines.append(message["text"])
        elif message["type"] == "resources":
            lines += [item["title"] for item in message["items"]]
        elif message["type"] == "choices":
            lines.append(" | ".join(choice["label"] for choice in message["choices"]))
        else:
            lines.append(str(message))
    return "\n".join(lines)
