"""The rules in service, written into a folder from the command line."""

from collections.abc import Callable, Mapping
from pathlib import Path

from api.regles.pages import texts
from api.regles.repository import ReglesRepository
from api.settings import Settings
from api.vie_privee.commands import open_database
from knowledge.orientation.jeu import whole_set


async def export(settings: Settings, say: Callable[[str], None], folder: Path) -> None:
    """Write every file of rules, as the project holds them."""
    async with open_database(settings) as database, database.sessions() as session:
        current = await ReglesRepository(session).in_service()
    files = whole_set(current.fichiers)
    _write(folder, files)
    told = {"nombre": len(files), "dossier": folder, "version": current.version}
    say(texts()["commande"]["ecrit"].format(**told))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
