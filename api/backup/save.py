"""Takes a back-up: one snapshot of the database, whatever is written to it meanwhile."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg

from api.backup.archive import BASE, ArchiveWriter, Manifeste, new_archive
from api.backup.last import Derniere
from api.backup.postgres import EXTENSION, SCHEMAS, count_rows, running_tool
from api.database import psycopg_url

_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class NothingToSave(Exception):
    """The database has none of our tables."""


def save(url: str, path: Path, *, version: str, passphrase: str | None = None) -> Derniere:
    """Write the back-up of a database, sealed when there is a passphrase.

    The service may run. Raises NothingToSave, ToolFailed, psycopg.Error, OSError.
    """
    with psycopg.connect(psycopg_url(url), autocommit=True) as connection:
        connection.execute(_SNAPSHOT)
        revision = _revision(connection)
        with new_archive(path, passphrase) as (archive, written):
            _dump(url, _one(connection, "SELECT pg_export_snapshot()"), archive)
            manifest = Manifeste(
                cree_le=datetime.now(UTC),
                version=version,
                revision=revision,
                postgres=_one(connection, "SHOW server_version"),
                lignes=count_rows(connection),
                membres=archive.membres,
            )
            archive.finish(manifest)
    return Derniere(
        fichier=path.resolve(),
        cree_le=manifest.cree_le,
        octets=written.octets,
        sha256=written.sha256,
        scellee=passphrase is not None,
        lignes=manifest.total,
    )


def _revision(connection: psycopg.Connection) -> str:
    if _one(connection, "SELECT to_regclass('public.alembic_version')::text") != "alembic_version":
        raise NothingToSave
    return _one(connection, "SELECT version_num FROM public.alembic_version")


def _one(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query).fetchone()
    return str(row[0]) if row else ""


def _dump(url: str, snapshot: str, archive: ArchiveWriter) -> None:
    wanted = [f"--schema={schema}" for schema in SCHEMAS]
    with running_tool(
        "pg_dump",
        "--format=custom",
        "--compress=gzip:3",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--lock-wait-timeout=60000",
        f"--snapshot={snapshot}",
        f"--extension={EXTENSION}",
        *wanted,
        url=url,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe, opened above
        archive.add(BASE, process.stdout)  # type: ignore[arg-type]
