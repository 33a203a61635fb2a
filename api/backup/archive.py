"""The file of a back-up: a zip archive, written in one pass, its manifest last, maybe sealed."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from api.backup.sealed import SealBroken, SealedReader, SealedWriter, is_sealed

FORMAT = 1
BASE = "base.dump"
_MANIFEST = "manifeste.json"
_BLOCK = 1024 * 1024
_PRIVATE = 0o600


class BackupUnreadable(Exception):
    """The file is not a back-up that can be used; `reason` names the sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Membre(BaseModel):
    """A file of the archive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    octets: int
    sha256: str


class Manifeste(BaseModel):
    """What the archive says of itself; `lignes` counts the rows of each table."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    cree_le: datetime
    version: str
    revision: str
    postgres: str
    lignes: dict[str, int]
    membres: dict[str, Membre]

    @property
    def total(self) -> int:
        """Return the number of rows of all tables."""
        return sum(self.lignes.values())


class _Hashing(io.RawIOBase):
    """Writes forward only, and hashes what goes by."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.digest.update(data)
        self.size += len(data)
        return self._raw.write(data)


class ArchiveWriter:
    """Adds members, then the manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.membres: dict[str, Membre] = {}

    def add(self, name: str, source: BinaryIO) -> None:
        """Copy a stream into the archive."""
        digest, size = hashlib.sha256(), 0
        with self._archive.open(_entry(name), "w", force_zip64=True) as member:
            while block := source.read(_BLOCK):
                digest.update(block)
                size += len(block)
                member.write(block)
        self.membres[name] = Membre(octets=size, sha256=digest.hexdigest())

    def finish(self, manifest: Manifeste) -> None:
        """Write the manifest, last."""
        self._archive.writestr(_entry(_MANIFEST), manifest.model_dump_json(indent=2))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    entry.external_attr = _PRIVATE << 16
    return entry


class Written:
    """What is known of the whole file once it is written."""

    sha256 = ""
    octets = 0


@contextmanager
def new_archive(path: Path, passphrase: str | None) -> Iterator[tuple[ArchiveWriter, Written]]:
    """Write an archive beside `path`, which takes its name only once whole."""
    partial = path.with_name(f"{path.name}.partiel")
    written = Written()
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
        with os.fdopen(descriptor, "wb") as raw:
            hashing = _Hashing(raw)
            target = SealedWriter(hashing, passphrase) if passphrase else hashing  # type: ignore[arg-type]
            with zipfile.ZipFile(target, "w") as archive:
                yield ArchiveWriter(archive), written
            target.close()
            raw.flush()
            os.fsync(raw.fileno())
        written.sha256, written.octets = hashing.digest.hexdigest(), hashing.size
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class Archive:
    """A back-up open for reading."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifeste, *, sealed: bool) -> None:
        self._archive = archive
        self.manifest = manifest
        self.sealed = sealed

    def open(self, name: str) -> BinaryIO:
        """Return a member as a stream."""
        return self._archive.open(name)  # type: ignore[return-value]

    def check(self) -> None:
        """Read every member. Raises BackupUnreadable unless each is what the manifest says."""
        for name, expected in self.manifest.membres.items():
            digest, size = hashlib.sha256(), 0
            with _told(), self.open(name) as member:
                while block := member.read(_BLOCK):
                    digest.update(block)
                    size += len(block)
            if (size, digest.hexdigest()) != (expected.octets, expected.sha256):
                raise BackupUnreadable("abimee")


@contextmanager
def open_archive(path: Path, passphrase: str | None) -> Iterator[Archive]:
    """Open a back-up; nothing of its members is read yet. Raises BackupUnreadable."""
    with _opened(path) as raw:
        sealed = is_sealed(raw)
        if sealed and not passphrase:
            raise BackupUnreadable("scellee")
        source = _unsealed(raw, passphrase) if sealed and passphrase else raw
        with _told():
            archive = zipfile.ZipFile(source)
            manifest = _manifest(archive)
        yield Archive(archive, manifest, sealed=sealed)


def is_sealed_file(path: Path) -> bool:
    """Tell whether a passphrase is needed to read this file. Raises BackupUnreadable."""
    with _opened(path) as raw:
        return is_sealed(raw)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        raw = path.open("rb")
    except OSError:
        raise BackupUnreadable("introuvable") from None
    with raw:
        yield raw


def _unsealed(raw: BinaryIO, passphrase: str) -> BinaryIO:
    try:
        return io.BufferedReader(SealedReader(raw, passphrase), _BLOCK)
    except SealBroken:
        raise BackupUnreadable("phrase") from None


@contextmanager
def _told() -> Iterator[None]:
    """Tell what a damaged archive raises as BackupUnreadable."""
    try:
        yield
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, ValidationError, SealBroken):
        raise BackupUnreadable("abimee") from None


def _manifest(archive: zipfile.ZipFile) -> Manifeste:
    raw = archive.read(_MANIFEST)
    if b'"format"' in raw and _format(raw) > FORMAT:
        raise BackupUnreadable("trop_recente")
    return Manifeste.model_validate_json(raw)


class _Format(BaseModel):
    format: int


def _format(raw: bytes) -> int:
    return _Format.model_validate_json(raw).format
