"""The files of the models trained from the console: one each, with its manifest. Ours only.

A model is a pickle: it is read when its digest is the one that the database keeps, never otherwise.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nlu.encoder import Encoder
from nlu.intents import IntentClassifier, StaleModelError, environment_fingerprint

_CHOSEN = "en-service.json"


class ModelUnusable(Exception):
    """The file of a model cannot be used; `reason` is `absent`, `altere` or `perime`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model file is: its digest (SHA-256), its size in bytes, what can read it.

    `environnement` is `nlu.intents.environment_fingerprint` where it was trained.
    """

    modele: int
    sha256: str
    octets: int
    environnement: str
    entraine_le: str


class ModelStore:
    """A directory of model files, named by their number."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, number: int) -> Path:
        """Return where a model is kept."""
        return self.directory / f"modele-{number}.joblib"

    def seal(self, number: int, *, environment: str, at: str) -> Manifest:
        """Write the manifest of the model just written there, and return it."""
        content = self.path(number).read_bytes()
        manifest = Manifest(
            number, hashlib.sha256(content).hexdigest(), len(content), environment, at
        )
        _write(self._manifest(number), asdict(manifest))
        return manifest

    def read(self, number: int, sha256: str) -> bytes:
        """Return the content of a model, once known to be what was written.

        Raises ModelUnusable.
        """
        try:
            content = self.path(number).read_bytes()
        except OSError:
            raise ModelUnusable("absent") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ModelUnusable("altere")
        return content

    def remove(self, number: int) -> None:
        """Remove the file of a model and its manifest, if they are there."""
        self.path(number).unlink(missing_ok=True)
        self._manifest(number).unlink(missing_ok=True)

    def note(self, chosen: Manifest | None) -> None:
        """Write which model was chosen (None: the shipped one), for `orientation doctor`."""
        facts = asdict(chosen) if chosen else None
        self.directory.mkdir(parents=True, exist_ok=True)
        _write(self.directory / _CHOSEN, facts)

    def chosen(self) -> Manifest | None:
        """Return which model was chosen to serve; None is the shipped one."""
        try:
            facts = json.loads((self.directory / _CHOSEN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return Manifest(**facts) if facts else None

    def _manifest(self, number: int) -> Path:
        return self.path(number).with_suffix(".json")


def _write(path: Path, facts: dict[str, Any] | None) -> None:
    """Write a small file in one move, whoever else writes it."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partiel")
    partial.write_text(f"{json.dumps(facts, ensure_ascii=False, indent=2)}\n", encoding="utf-8")
    partial.replace(path)


def load_trained(
    store: ModelStore, encoder: Encoder, number: int, sha256: str, *, environment: str
) -> IntentClassifier:
    """Return a model that the console trained.

    Raises ModelUnusable: its file is missing, is not what was written, or was written by another
    version of what reads it.
    """
    if environment != environment_fingerprint(encoder):
        raise ModelUnusable("perime")
    try:
        return IntentClassifier.from_bytes(store.read(number, sha256), encoder)
    except StaleModelError:
        raise ModelUnusable("altere") from None
