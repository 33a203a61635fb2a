"""What is remembered of the last back-up, so that `orientation doctor` can verify it."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = "sauvegardes"
SUFFIX = ".sauvegarde"
_RECORD = "derniere.json"
LONGEST = timedelta(days=8)


class Derniere(BaseModel):
    """A back-up as it was written."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    fichier: Path
    cree_le: datetime
    octets: int
    sha256: str
    scellee: bool
    lignes: int


def default_path(data_dir: Path, now: datetime) -> Path:
    """Return where a back-up goes when nothing else is said."""
    return data_dir / FOLDER / f"orientation-{now:%Y-%m-%d-%H%M%S}{SUFFIX}"


def remember(data_dir: Path, made: Derniere) -> None:
    """Keep what is to be verified later."""
    record = data_dir / FOLDER / _RECORD
    record.parent.mkdir(parents=True, exist_ok=True)
    partial = record.with_suffix(".partiel")
    partial.write_text(made.model_dump_json(indent=2), encoding="utf-8")
    partial.replace(record)


def read_last(data_dir: Path) -> Derniere | None:
    """Return the last back-up made here; None when there was none."""
    try:
        raw = (data_dir / FOLDER / _RECORD).read_text(encoding="utf-8")
        return Derniere.model_validate_json(raw)
    except (OSError, ValidationError):
        return None


def verify_last(data_dir: Path, now: datetime) -> str | None:
    """Return what is wrong with the last back-up, None when all is well.

    `absente` (none was made), `deplacee` (its file is gone), `abimee`, or `ancienne`.
    """
    last = read_last(data_dir)
    if last is None:
        return "absente"
    try:
        with last.fichier.open("rb") as raw:
            found = hashlib.file_digest(raw, "sha256").hexdigest()
    except OSError:
        return "deplacee"
    if found != last.sha256:
        return "abimee"
    return "ancienne" if now - last.cree_le > LONGEST else None


def erase_backups(data_dir: Path, before: datetime, *, dry_run: bool = False) -> int:
    """Erase the back-ups of the default folder older than that; return how many.

    The newest stays, whatever its age: a back-up that stopped must not leave nothing.
    """
    files = sorted((data_dir / FOLDER).glob(f"*{SUFFIX}"), key=lambda each: each.stat().st_mtime)
    old = [each for each in files[:-1] if each.stat().st_mtime < before.timestamp()]
    for each in old:
        if not dry_run:
            each.unlink(missing_ok=True)
    return len(old)
