"""Fills the database with what the project ships: territories, resources, the access key."""

import hashlib
from pathlib import Path

from api.database import Database
from api.reference import is_loaded, mark_loaded
from api.settings import ROOT
from knowledge.territoires import repository as territoires
from knowledge.territoires.loader import DATA_DIR, load_territoires

CONTENT_DIR = ROOT / "knowledge" / "contenu"
_TERRITOIRES = "territoires"


def fingerprint(directory: Path, pattern: str) -> str:
    """Return a hash of the files of a directory."""
    digest = hashlib.sha256()
    for path in sorted(directory.rglob(pattern)):
        digest.update(path.relative_to(directory).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


async def load_reference_data(database: Database) -> None:
    """Load what is new; a second call changes nothing and takes no time."""
    await load_territoires_table(database)
    await load_content(database)


async def load_territoires_table(database: Database) -> None:
    """Fill the table of territories unless it holds this very version."""
    version = fingerprint(DATA_DIR, "*.tsv")
    async with database.sessions.begin() as session:
        if not await is_loaded(session, _TERRITOIRES, version):
            await territoires.replace_all(session, load_territoires())
            await mark_loaded(session, _TERRITOIRES, version)
