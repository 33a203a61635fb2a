"""Sentences kept by staff, written into a folder from the command line."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from api.annotations.collect import known_sentences
from api.annotations.export import export_sentences
from api.annotations.repository import DoubtRepository
from api.settings import Settings
from api.vie_privee.commands import open_database

_TEXTS = Path(__file__).parent.parent / "textes" / "annotations.yml"


@cache
def texts() -> dict[str, Any]:
    """Return the words of the annotation queue that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


async def export(settings: Settings, say: Callable[[str], None], folder: Path) -> bool:
    """Write the training files that gain sentences; tell whether any does."""
    words = texts()["commande"]
    async with open_database(settings) as database, database.sessions() as session:
        learnt = await DoubtRepository(session).learnt()
    exported = export_sentences(learnt, known=known_sentences())
    _write(folder, exported.files)
    left = {"connues": exported.known, "masquees": exported.masked}
    if not exported.files:
        say(words["rien"].format(**left))
        return False
    told = {"ajoutees": exported.added, "fichiers": len(exported.files), "dossier": folder}
    say(words["ecrit"].format(**told, **left))
    say(words["relire"])
    return True


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
