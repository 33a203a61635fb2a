"""What must agree from one file to another, and would otherwise break in front of an élu."""

import re
from pathlib import Path

import pytest
import yaml

from api.settings import Settings
from assistant.actions.registry import ACTIONS, VALIDATORS
from assistant.memory import Memory
from assistant.payloads import KNOWN_PAYLOADS, parse_payload, write_payload
from assistant.replies import load_replies
from nlu.understanding import INTENTS

ROOT = Path(__file__).resolve().parent.parent
RASA = ROOT / "assistant" / "rasa"
SOURCES = [
    path
    for package in ("nlu", "knowledge", "assistant", "api")
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
]


def read(path: Path) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def test_every_action_of_the_domain_has_its_handler() -> None:
    declared = read(RASA / "domain" / "actions.yml")["actions"]
    assert set(declared) == set(ACTIONS) | set(VALIDATORS)  # type: ignore[call-overload]


def test_every_memory_field_is_a_slot() -> None:
    slots = read(RASA / "domain" / "memoire.yml")["slots"]
    assert set(Memory().to_slots()) <= set(slots)  # type: ignore[call-overload]


def test_intents_of_the_contract_and_buttons_are_in_the_domain() -> None:
    declared = set(read(RASA / "domain" / "intentions.yml")["intents"])  # type: ignore[call-overload]
    assert set(INTENTS) <= declared
    assert set(KNOWN_PAYLOADS) - {"preciser"} <= declared


def test_every_intent_has_a_rule_outside_forms() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (RASA / "data").glob("*.yml"))
    declared = set(read(RASA / "domain" / "intentions.yml")["intents"])  # type: ignore[call-overload]
    ruled = set(re.findall(r"- intent: (\w+)", text))
    assert declared == ruled


def test_every_reply_that_is_said_exists() -> None:
    said = {
        key
        for path in SOURCES
        for key in re.findall(r"(?:say|render)\(\s*\"([a-z_]+\.[a-z_]+)\"", path.read_text())
    }
    assert said
    assert said <= load_replies().keys()


def test_no_reply_uses_a_straight_apostrophe_or_a_missing_space() -> None:
    for path in sorted((ROOT / "assistant" / "reponses").glob("*.yml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.lstrip().startswith("#"):
                assert "'" not in line, f"{path.name}:{number}"
                assert not re.search(r"[a-zé] [!?;»]", line), f"{path.name}:{number}"


@pytest.mark.parametrize("word", ["city", "department", "procedure", "perimeter"])
def test_one_concept_one_word(word: str) -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(rf"\bdef \w*{word}|\b{word}\w* ?[:=]", text), path


def test_every_setting_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"ORIENTATION_{name.upper()}")
        assert f"`{variable}`" in readme, variable


def test_a_payload_is_read_as_it_was_written() -> None:
    raw = write_payload("preciser_territoire", type="commune", code="32013")
    payload = parse_payload(raw)
    assert (payload.name, payload.data["code"]) == ("preciser_territoire", "32013")


def test_requirement_files_name_no_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--index|--find-links", path.read_text()), path
