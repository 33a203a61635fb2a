"""Reads sentences in the YAML of Rasa NLU (version 3.1), the format of the field.

Source of the format: Rasa's documentation, « NLU Training Data » (intents, synonyms, lookups).
Only intents are read; entity annotations are reduced to their text.
"""

import re
from pathlib import Path

import yaml

from nlu.intents_examples import IntentExample

# « [Auch](commune) » and « [Auch]{"entity": "commune"} ».
_ANNOTATION = re.compile(r"\[(?P<text>[^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_BULLET = re.compile(r"^\s*-\s+(?P<text>.+?)\s*$")


class InvalidNluFileError(ValueError):
    """The file is not Rasa NLU YAML; `path` names it, `reason` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path
        self.reason = reason


def read_examples(path: Path) -> tuple[IntentExample, ...]:
    """Return the sentences of a file with their intents, in order.

    Raises InvalidNluFileError.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidNluFileError(path, type(error).__name__) from error
    entries = content.get("nlu") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise InvalidNluFileError(path, "no « nlu » list")
    found = [
        IntentExample(text=text, intent=str(entry["intent"]).partition("/")[0])
        for entry in entries
        if isinstance(entry, dict) and "intent" in entry
        for text in _sentences(entry.get("examples"))
    ]
    if not found:
        raise InvalidNluFileError(path, "no example")
    return tuple(found)


def _sentences(examples: object) -> list[str]:
    """Read the two writings: a block of bullets, or a list of strings or of `text:` entries."""
    if isinstance(examples, str):
        matches = (_BULLET.match(line) for line in examples.splitlines())
        return [plain(match["text"]) for match in matches if match]
    if isinstance(examples, list):
        texts = (each.get("text") if isinstance(each, dict) else each for each in examples)
        return [plain(str(text).strip().removeprefix("- ")) for text in texts if text]
    return []


def plain(sentence: str) -> str:
    """Return a sentence without its entity annotations.

    >>> plain("un budget à [Auch](commune)")
    'un budget à Auch'
    """
    return _ANNOTATION.sub(lambda match: match["text"], sentence).strip()
