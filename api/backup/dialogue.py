"""What the commands ask and tell; the sentences are in `textes/sauvegarde.yml`."""

import asyncio
import getpass
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import yaml

from api.backup import restore as restoring
from api.backup import save as saving
from api.backup.archive import Archive, BackupUnreadable, Manifeste, is_sealed_file, open_archive
from api.backup.last import default_path, read_last, remember
from api.backup.postgres import ToolFailed, tool
from api.database import psycopg_url
from api.entrainement.refaire import plan_redo
from api.french_help import system_reason
from api.postgres import DatabaseNotStarted
from api.settings import Settings
from api.standalone import database_url
from api.version import VERSION
from assistant.business_days import CELLULE
from assistant.replies import french_number

Say = Callable[[str], None]
_TEXTS = Path(__file__).parent.parent / "textes" / "sauvegarde.yml"
_SHORTEST = 12
_ROWS = "P0001"


class Refused(Exception):
    """The command stops; the message says why, in French."""


@cache
def texts() -> dict[str, Any]:
    """Return the sentences."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


def save(settings: Settings, say: Say, path: Path | None, *, seal: bool) -> None:
    """Make a back-up, and remember it for `orientation doctor`. Raises Refused."""
    passphrase = _new_passphrase(settings) if seal else None
    target = path or default_path(settings.data_dir, datetime.now(CELLULE.zone))
    say(_said("fait", "cours"))
    with _explained(settings, target), database_url(settings) as url, _server(url):
        target.parent.mkdir(parents=True, exist_ok=True)
        made = saving.save(url, target, version=VERSION, passphrase=passphrase)
        remember(settings.data_dir, made)
    size = f"{french_number(max(1, round(made.octets / 1e6)))} Mo"
    sealed = _said("fait", "scellee" if seal else "claire")
    say(
        _said(
            "fait",
            "sauvegarde",
            fichier=made.fichier,
            taille=size,
            lignes=french_number(made.lignes),
            scellee=sealed,
        )
    )


def verify(settings: Settings, say: Say, path: Path | None) -> None:
    """Read a whole back-up, the last one by default, and tell what it is. Raises Refused."""
    if path is None:
        last = read_last(settings.data_dir)
        if last is None:
            raise Refused(_said("refus", "aucune"))
        path = last.fichier
    say(_said("fait", "lecture"))
    with _explained(settings, path), open_archive(path, _passphrase(settings, path)) as archive:
        archive.check()
        restoring.check_known(archive.manifest)
    say(_said("fait", "verifiee", **_facts(archive.manifest)))


def restore(settings: Settings, say: Say, path: Path, *, overwrite: bool) -> None:
    """Give a back-up back to the database, and tell what came. Raises Refused."""
    with _explained(settings, path), open_archive(path, _passphrase(settings, path)) as archive:
        restoring.check_known(archive.manifest)
        with database_url(settings) as url, _server(url):
            overwrite = _confirmed(url, archive, overwrite=overwrite)
            say(_said("fait", "restauration"))
            manifest = restoring.restore(url, archive, overwrite=overwrite)
            model = asyncio.run(plan_redo(settings, url))
    facts = _facts(manifest)
    say(_said("fait", "restauree", **facts))
    for name, count in _by_name(manifest.lignes):
        say(_said("fait", "ligne", nom=name, nombre=french_number(count)))
    if model is not None:
        say(_said("fait", "modele", modele=model))
    say(_said("fait", "ensuite", **facts))


def _confirmed(url: str, archive: Archive, *, overwrite: bool) -> bool:
    """Ask before anything is replaced; nothing is asked when there is nothing to lose."""
    try:
        restoring.check_target(url, overwrite=False)
    except restoring.NotEmpty as found:
        content = _content(found.rows)
        if not overwrite:
            raise Refused(_said("refus", "pas_vide", contenu=content)) from None
        date = _facts(archive.manifest)["date"]
        if _asked(_said("demande", "ecraser", contenu=content, date=date)) != "oui":
            raise Refused(_said("refus", "annule")) from None
        return True
    return False


def _asked(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline().strip().strip("«» ").lower()


def _new_passphrase(settings: Settings) -> str:
    if settings.backup_passphrase is not None:
        phrase = settings.backup_passphrase.get_secret_value()
    else:
        phrase = getpass.getpass(_said("demande", "phrase"))
        if phrase != getpass.getpass(_said("demande", "encore")):
            raise Refused(_said("refus", "phrases_differentes"))
    if len(phrase) < _SHORTEST:
        raise Refused(_said("refus", "phrase_courte"))
    return phrase


def _passphrase(settings: Settings, path: Path) -> str | None:
    """Return the passphrase of a back-up that needs one."""
    if not is_sealed_file(path):
        return None
    if settings.backup_passphrase is not None:
        return settings.backup_passphrase.get_secret_value()
    if not sys.stdin.isatty():
        raise BackupUnreadable("scellee")
    return getpass.getpass(_said("demande", "phrase"))


@contextmanager
def _explained(settings: Settings, path: Path) -> Iterator[None]:
    """Tell in French whatever stops a command."""
    try:
        yield
    except BackupUnreadable as error:
        raise Refused(_said("refus", error.reason, fichier=path)) from None
    except saving.NothingToSave:
        raise Refused(_said("refus", "rien")) from None
    except restoring.InUse:
        raise Refused(_said("refus", "occupee")) from None
    except psycopg.OperationalError as error:
        raise Refused(_said("refus", "base", erreur=type(error).__name__)) from None
    except DatabaseNotStarted as error:
        raise Refused(_said("refus", "base", erreur=error)) from None
    except OSError as error:
        told = system_reason(error)
        raise Refused(_said("refus", "disque", fichier=path, erreur=told)) from None


@contextmanager
def _server(url: str) -> Iterator[None]:
    """Tell in French what the tools of PostgreSQL could not do with this server."""
    try:
        yield
    except ToolFailed as error:
        if error.code == _ROWS:
            raise Refused(_said("refus", "lignes")) from None
        with psycopg.connect(psycopg_url(url)) as connection:
            server = connection.info.server_version // 10000
        code = f" (erreur {error.code})" if error.code else ""
        tools = subprocess.check_output([tool("pg_dump"), "--version"], text=True)  # noqa: S603
        raise Refused(
            _said("refus", "outil", code=code, serveur=server, outils=tools.split()[-1])
        ) from None


def _facts(manifest: Manifeste) -> dict[str, str]:
    local = manifest.cree_le.replace(tzinfo=manifest.cree_le.tzinfo or UTC).astimezone(CELLULE.zone)
    return {
        "date": f"{local:%d/%m/%Y à %H:%M}",
        "version": manifest.version,
        "revision": manifest.revision,
        "postgres": manifest.postgres.split()[0],
        "lignes": french_number(manifest.total),
    }


def _by_name(rows: dict[str, int]) -> list[tuple[str, int]]:
    """Return the counts that mean something to a reader, then the sum of the others."""
    names: dict[str, str] = texts()["tables"]
    known = [(names[table], rows[table]) for table in names if table in rows]
    others = sum(count for table, count in rows.items() if table not in names)
    return [*known, (names["autres"], others)]


def _content(rows: dict[str, int]) -> str:
    told = [
        f"{french_number(rows[table])} {name}"
        for table, name in texts()["resume"]
        if rows.get(table)
    ]
    return ", ".join(told) or str(texts()["contenu"]["vide"])


def _said(group: str, key: str, **facts: Any) -> str:
    return str(texts()[group][key]).format(**facts)
