"""Gives a back-up back to a database: all of it, checked, in one transaction, or nothing."""

import shutil
import subprocess
from pathlib import Path
from typing import IO

import psycopg
from alembic.script import ScriptDirectory
from psycopg import sql

from api.backup.archive import BASE, Archive, BackupUnreadable, Manifeste
from api.backup.postgres import EXTENSION, SCHEMAS, ToolFailed, count_rows, running_tool
from api.database import psycopg_url
from api.schema import LOCK, alembic_config, migrate

_EMPTY_FIRST = Path(__file__).with_name("vider.sql")
_BUSY = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend'
"""


class NotEmpty(Exception):
    """The database already holds something; `rows` counts it by table."""

    def __init__(self, rows: dict[str, int]) -> None:
        super().__init__()
        self.rows = rows


class InUse(Exception):
    """Someone else is connected to the database: the service, most often."""


def check_known(manifest: Manifeste) -> None:
    """Raise BackupUnreadable when the back-up comes from a newer version than this one."""
    script = ScriptDirectory.from_config(alembic_config())
    if manifest.revision not in {each.revision for each in script.walk_revisions()}:
        raise BackupUnreadable("trop_recente")


def check_target(url: str, *, overwrite: bool) -> None:
    """Raise InUse, or NotEmpty unless it is to be overwritten."""
    with psycopg.connect(psycopg_url(url)) as connection:
        row = connection.execute(_BUSY).fetchone()
        if row and row[0]:
            raise InUse
        found = count_rows(connection)
    if found and not overwrite:
        raise NotEmpty(found)


def restore(url: str, archive: Archive, *, overwrite: bool = False) -> Manifeste:
    """Restore, then bring the schema forward; return the manifest.

    Raises BackupUnreadable, InUse, NotEmpty, ToolFailed: the database is then as it was.
    """
    archive.check()
    check_known(archive.manifest)
    check_target(url, overwrite=overwrite)
    _write(url, archive, overwrite=overwrite)
    with psycopg.connect(psycopg_url(url), autocommit=True) as connection:
        connection.execute("ANALYZE")
    migrate(url)
    return archive.manifest


def _write(url: str, archive: Archive, *, overwrite: bool) -> None:
    """Run one transaction: what was there goes, what was saved comes, the rows are counted."""
    with running_tool(
        "psql",
        *("--no-psqlrc", "--quiet", "--tuples-only", "--file=-", "--output=/dev/null"),
        *("--set=ON_ERROR_STOP=1", "--set=VERBOSITY=sqlstate"),
        url=url,
        stdin=subprocess.PIPE,
    ) as psql:
        assert psql.stdin is not None  # noqa: S101 - a pipe, opened above
        with psql.stdin as target:
            target.write(_before(overwrite=overwrite).encode())
            target.flush()
            whole = _unpack(archive, target)
            if whole:
                target.write(_after(archive.manifest).encode())
    if not whole:
        raise ToolFailed("pg_restore")


def _unpack(archive: Archive, target: IO[bytes]) -> bool:
    """Send the statements that rebuild the tables; tell whether all went."""
    wanted = [f"--schema={schema}" for schema in SCHEMAS]
    try:
        with (
            archive.open(BASE) as source,
            running_tool(
                *("pg_restore", "--file=-", "--no-owner", *wanted),
                stdin=subprocess.PIPE,
                stdout=target,
            ) as process,
        ):
            assert process.stdin is not None  # noqa: S101 - a pipe, opened above
            with process.stdin as dump:
                shutil.copyfileobj(source, dump, 1024 * 1024)
    except ToolFailed:
        return False
    return True


def _before(*, overwrite: bool) -> str:
    # A service that starts meanwhile waits here: its migrations take the same lock.
    lines = ["BEGIN;", f"SELECT pg_advisory_xact_lock({LOCK});"]
    if overwrite:
        lines.append(_EMPTY_FIRST.read_text(encoding="utf-8"))
    lines += [f"CREATE SCHEMA IF NOT EXISTS {schema};" for schema in SCHEMAS]
    lines.append(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION} WITH SCHEMA public;")
    return "\n".join(lines) + "\n"


def _after(manifest: Manifeste) -> str:
    """Refuse to commit unless every table has the rows that were counted."""
    checks = [
        sql.SQL("IF (SELECT count(*) FROM {}) <> {} THEN RAISE EXCEPTION 'rows'; END IF;").format(
            sql.Identifier(*name.split(".", 1)), sql.Literal(count)
        )
        for name, count in manifest.lignes.items()
    ]
    body = "\n".join(each.as_string() for each in checks)
    return f"DO $compter$ BEGIN\n{body}\nEND $compter$;\nCOMMIT;\n"
