"""The training sentences: one YAML file per intent, written and reviewed by agents."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from nlu.text import fold, words

INTENTIONS_DIRECTORY = Path(__file__).parent / "data" / "intentions"


class InvalidIntentFileError(ValueError):
    """A file of training sentences that cannot be read; `path` names it, `reason` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class IntentExample:
    """A sentence and the intent that a reader gave it."""

    text: str
    intent: str


class IntentFile(BaseModel):
    """One file of `nlu/data/intentions`: the intent, its frontier, its sentences."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    intention: str
    description: str
    phrases: tuple[str, ...]

    def examples(self) -> tuple[IntentExample, ...]:
        """Return its sentences, in file order."""
        return tuple(IntentExample(text=phrase, intent=self.intention) for phrase in self.phrases)


def read_intent_file(path: Path) -> IntentFile:
    """Read one file; `InvalidIntentFileError` when it is not YAML or lacks one of three keys."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        return IntentFile.model_validate(content)
    except yaml.YAMLError as error:
        raise InvalidIntentFileError(path, f"not YAML ({type(error).__name__})") from error
    except ValidationError as error:
        raise InvalidIntentFileError(
            path, f"{error.error_count()} wrong or missing keys"
        ) from error


def load_examples(directory: Path = INTENTIONS_DIRECTORY) -> tuple[IntentExample, ...]:
    """Return the sentences of every `*.yml` of the directory, in file name order."""
    files = [read_intent_file(path) for path in sorted(directory.glob("*.yml"))]
    return tuple(example for file in files for example in file.examples())


def sentence_key(text: str) -> str:
    """Return what makes two sentences the same: case, accents and punctuation aside."""
    return " ".join(words(text)) or text.strip()


def plain_twins(examples: Iterable[IntentExample]) -> tuple[IntentExample, ...]:
    """Return the sentences as typed without accents nor capitals, where that changes them.

    The embedding reads « prevu a lille » otherwise than « prévu à Lille »: it is taught both.
    """
    return tuple(
        replace(example, text=plain)
        for example in examples
        for plain in [fold(example.text)]
        if plain != example.text
    )


def fingerprint(examples: Iterable[IntentExample], facts: Sequence[str]) -> str:
    """Return a digest of sentences and facts (versions, names): equal when nothing changed."""
    digest = hashlib.sha256()
    for part in (*facts, *(f"{example.intent}\t{example.text}" for example in examples)):
        digest.update(part.encode("utf-8", errors="replace") + b"\n")
    return digest.hexdigest()
