"""What the commands do and tell; the sentences are in `textes/conservation.yml`."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from api.database import Database, connect
from api.droits.repository import AccesRepository
from api.retention import erase_old, rehearse
from api.schema import migrate
from api.settings import Settings
from api.standalone import database_url
from api.vie_privee import personne
from api.vie_privee.conservation import conservation_of
from assistant.replies import french_number, load_replies

Say = Callable[[str], None]
_TEXTS = Path(__file__).parent.parent / "textes" / "conservation.yml"
# Whoever types a command on the machine of the service.
_OPERATOR = "commande:exploitant"
EXPORT = "exporter_personne"
ERASE = "effacer_personne"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A table to print, and what to say below it."""

    headers: list[str]
    rows: list[tuple[str, ...]]
    conclusion: str


@cache
def texts() -> dict[str, Any]:
    """Return the sentences."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Give the database of these settings, migrated, for a command."""
    with database_url(settings) as url:
        await asyncio.to_thread(migrate, url)
        database = connect(url)
        try:
            yield database
        finally:
            await database.close()


def _erased() -> str:
    return load_replies().render("donnees.efface")


async def retain(settings: Settings, *, rehearsal: bool) -> Outcome:
    """Erase what is past its term, or count it. Raises ConservationInvalide."""
    conservation, words = conservation_of(settings), texts()["retention"]
    facts: dict[str, Any] = {"erased": _erased(), "data_dir": settings.data_dir}
    async with open_database(settings) as database:
        if rehearsal:
            counts = await rehearse(database, conservation, **facts)
        else:
            async with database.sessions.begin() as session:
                counts = await erase_old(session, conservation, **facts)
    *columns, to_erase, done = words["colonnes"]
    rows: list[tuple[str, ...]] = [
        (
            each.nom,
            str(each.duree),
            each.depart,
            french_number(counts[each.id]) if each.id in counts else words["exploitant"],
        )
        for each in conservation.traitements
    ]
    return Outcome(
        [*columns, to_erase if rehearsal else done],
        rows,
        words["a_blanc" if rehearsal else "fait"],
    )


async def export(settings: Settings, say: Say, qui: str, folder: Path) -> bool:
    """Write what is kept about someone; tell whether there was anything."""
    from api.vie_privee.lisible import readable  # the console, and all that it loads

    words = texts()["personne"]
    async with open_database(settings) as database, database.sessions.begin() as session:
        found = await personne.find(session, qui)
        await _trace(session, EXPORT, found)
        data = await personne.export(session, found)
    if not found.known:
        say(words["absente"].format(qui=qui))
        return False
    # The name of a file tells nothing of the person.
    name = f"donnees-{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(3)}"
    files = {"json": folder / f"{name}.json", "html": folder / f"{name}.html"}
    _write(files["json"], json.dumps(data, ensure_ascii=False, indent=2))
    _write(files["html"], readable(data))
    say(_told(words, found))
    say(words["exporte"].format(**files))
    return True


async def erase(settings: Settings, say: Say, ask: Callable[[str], str], qui: str) -> bool:
    """Erase someone once it is confirmed; tell whether it was done."""
    words = texts()["personne"]
    async with open_database(settings) as database:
        async with database.sessions.begin() as session:
            found = await personne.find(session, qui)
        if not found.erasable:
            say(words["agent" if found.known else "absente"].format(qui=qui))
            return False
        say(_told(words, found))
        if ask(words["demande"]) != "oui":
            say(words["annule"])
            return False
        async with database.sessions.begin() as session:
            await _trace(session, ERASE, found)
            await personne.erase(session, found, erased=_erased())
    duree = conservation_of(settings).of("sauvegardes").duree
    references = ", ".join(found.references) or words["sans_demande"]
    say(words["efface"].format(references=references, duree=duree))
    return True


async def _trace(session: Any, action: str, found: personne.Personne) -> None:
    references: list[str | None] = [*found.references]
    for reference in references or [None]:
        await AccesRepository(session).add(who=_OPERATOR, action=action, reference=reference)


def _told(words: dict[str, str], found: personne.Personne) -> str:
    return words["trouve"].format(
        demandes=len(found.tickets),
        conversations=len(found.conversations),
        courriels=len(found.courriels) + len(found.recus),
    )


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
