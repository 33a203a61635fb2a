"""Writes the sentences kept by staff at the end of the training files, for their review. Pure."""

import io
import json
import re
import zipfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from nlu.entities.personal_data import find_personal_data
from nlu.intents_examples import (
    INTENTIONS_DIRECTORY,
    IntentFile,
    read_intent_file,
    sentence_key,
)

MASKED, KNOWN = "masquee", "connue"
_MASK = re.compile(r"\[[a-z_]+\]")


@dataclass(frozen=True, slots=True)
class Exported:
    """The training files that gain sentences, whole, by name; and what was left out, and why."""

    files: dict[str, str] = field(default_factory=dict)
    added: int = 0
    known: int = 0
    masked: int = 0


def export_sentences(
    learnt: Iterable[tuple[str, str]],
    *,
    known: frozenset[str],
    directory: Path = INTENTIONS_DIRECTORY,
) -> Exported:
    """Return the files with the sentences (text, intent) that they lack, added at their end.

    `known` holds the sentences that train or control already, as `sentence_key` writes them. One
    that names someone, masked or not, is left out.
    """
    added: dict[str, list[str]] = {}
    seen, count_known, count_masked = set(known), 0, 0
    for text, intent in learnt:
        reason = reason_to_leave(text, seen)
        if reason == MASKED:
            count_masked += 1
        elif reason == KNOWN:
            count_known += 1
        else:
            seen.add(sentence_key(text))
            added.setdefault(intent, []).append(text)
    return Exported(
        files={
            f"{intent}.yml": _grown(directory, intent, added[intent]) for intent in sorted(added)
        },
        added=sum(map(len, added.values())),
        known=count_known,
        masked=count_masked,
    )


def reason_to_leave(text: str, seen: Collection[str]) -> str | None:
    """Return why a sentence must not train (`masquee`, `connue`), None when it may.

    `seen` holds the sentences that train or control already, as `sentence_key` writes them.
    """
    if _MASK.search(text) or find_personal_data(text):
        return MASKED
    return KNOWN if sentence_key(text) in seen else None


def _grown(directory: Path, intent: str, sentences: Sequence[str]) -> str:
    """Return a file with sentences added; nothing else of it changes."""
    path = directory / f"{intent}.yml"
    before = path.read_text(encoding="utf-8").rstrip("\n")
    lines = [f"  - {json.dumps(each, ensure_ascii=False)}" for each in sentences]
    text = "\n".join([before, *lines, ""])
    read = IntentFile.model_validate(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506
    if read.phrases != (*read_intent_file(path).phrases, *sentences):
        raise ValueError(path.name)
    return text


def to_zip(exported: Exported) -> bytes:
    """Return the files in an archive, at their place in the project."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in exported.files.items():
            archive.writestr(f"nlu/data/intentions/{name}", text)
    return content.getvalue()
