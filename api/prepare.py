"""Fills the database with what the project ships: territories, resources, the first key."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from api.database import Database, connect
from api.reference import is_loaded, mark_loaded
from api.schema import migrate
from api.settings import ROOT, Settings
from api.standalone import database_url
from api.tickets.keys import KeyRepository, new_key
from knowledge.resources.lint import read_folder
from knowledge.resources.service import ImportReport, import_content
from knowledge.search.synonym_service import seed_synonyms
from knowledge.search.synonyms import DATA as SYNONYMS_DIR
from knowledge.search.synonyms import read_entries
from knowledge.territoires import repository as territoires
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import DATA_DIR, load_territoires
from knowledge.territoires.lookup import find_territoire

CONTENT_DIR = ROOT / "knowledge" / "contenu"
_TERRITOIRES = "territoires"
_CONTENT = "contenu"
_SYNONYMS = "synonymes"
_ENVIRONMENT_KEY = "environnement"
Say = Callable[[str], None]


def fingerprint(directory: Path, pattern: str) -> str:
    """Return a hash of the files of a directory."""
    digest = hashlib.sha256()
    for path in sorted(directory.rglob(pattern)):
        digest.update(path.relative_to(directory).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def known_places(base: TerritoireBase) -> Callable[[str, str], bool]:
    """Return the test of a territory key: does it exist today?"""
    return lambda type_, code: find_territoire(base, type_, code) is not None


async def load_reference_data(
    database: Database, base: TerritoireBase, *, api_key: str | None
) -> None:
    """Load what is new; a second call changes nothing and takes no time."""
    await _load_territoires(database, base)
    await _load_content(database, base)
    await _load_synonyms(database)
    if api_key:
        async with database.sessions.begin() as session:
            await KeyRepository(session).add(new_key(api_key, name=_ENVIRONMENT_KEY))


async def _load_territoires(database: Database, base: TerritoireBase) -> None:
    version = fingerprint(DATA_DIR, "*.tsv")
    async with database.sessions.begin() as session:
        if not await is_loaded(session, _TERRITOIRES, version):
            await territoires.replace_all(session, base)
            await mark_loaded(session, _TERRITOIRES, version)


async def _load_content(database: Database, base: TerritoireBase) -> None:
    version = fingerprint(CONTENT_DIR, "*.md")
    async with database.sessions.begin() as session:
        if not await is_loaded(session, _CONTENT, version):
            await import_content(session, read_folder(CONTENT_DIR), is_known=known_places(base))
            await mark_loaded(session, _CONTENT, version)


async def _load_synonyms(database: Database) -> None:
    version = fingerprint(SYNONYMS_DIR, "synonymes.yml")
    async with database.sessions.begin() as session:
        if not await is_loaded(session, _SYNONYMS, version):
            await seed_synonyms(session, read_entries())
            await mark_loaded(session, _SYNONYMS, version)


async def import_directory(
    settings: Settings, directory: Path, *, overwrite: bool = False
) -> ImportReport:
    """Import a directory of resources into the service's database, in one transaction."""
    base = load_territoires()
    with database_url(settings) as url:
        migrate(url)
        database = connect(url)
        try:
            async with database.sessions.begin() as session:
                return await import_content(
                    session,
                    read_folder(directory),
                    is_known=known_places(base),
                    overwrite=overwrite,
                )
        finally:
            await database.close()
