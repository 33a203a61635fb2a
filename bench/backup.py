"""Back-up and restoration of a large database, verified row by row.

    python -m bench.backup                               100,000 requests, 1,000,000 messages
    python -m bench.backup --tickets 1000 --messages 10000

Everything happens in a PostgreSQL thrown away at the end.
"""

import argparse
import hashlib
import json
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from api.backup.archive import open_archive
from api.backup.postgres import tables
from api.backup.restore import restore
from api.backup.save import save
from api.postgres import start_embedded
from api.schema import migrate
from bench.demandes import fill as fill_requests


def fill(url: str, *, requests: int, messages: int) -> None:
    """Write that many requests and messages, and what the dialogue engine remembers of them."""
    fill_requests(url, requests=requests, messages=messages)
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE rasa.events (id serial PRIMARY KEY, sender_id text, data text)"
        )
        connection.execute(
            "INSERT INTO rasa.events (sender_id, data) SELECT conversation_id, text"
            " FROM conversation_item WHERE seq <= 2"
        )


def digest_rows(url: str) -> dict[str, str]:
    """Return, for each table, the hash of the sorted hashes of its rows."""
    found = {}
    with psycopg.connect(url) as connection:
        for schema, name in tables(connection):
            digest = hashlib.sha256()
            query = sql.SQL(
                "COPY (SELECT sha256(convert_to(each::text, 'UTF8')) FROM {} AS each ORDER BY 1)"
                " TO STDOUT"
            ).format(sql.Identifier(schema, name))
            with connection.cursor() as cursor, cursor.copy(query) as rows:
                for block in rows:
                    digest.update(block)
            found[f"{schema}.{name}"] = digest.hexdigest()
    return found


def measure(
    folder: Path, *, requests: int, messages: int, passphrase: str | None
) -> dict[str, Any]:
    """Fill, save, verify, restore and compare; return the figures."""
    server = start_embedded(folder / "pg")
    try:
        rendered = make_url(server.url)
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE rendue")
        target = rendered.set(database="rendue").render_as_string(hide_password=False)
        migrate(server.url)
        fill(server.url, requests=requests, messages=messages)
        figures: dict[str, Any] = {}
        path = folder / "base.sauvegarde"
        with _timed(figures, "sauvegarder"):
            made = save(server.url, path, version="mesure", passphrase=passphrase)
        figures |= {"lignes": made.lignes, "mio": round(made.octets / 2**20, 1)}
        with _timed(figures, "verifier"), open_archive(path, passphrase) as archive:
            archive.check()
        with _timed(figures, "restaurer"), open_archive(path, passphrase) as archive:
            restore(target, archive)
        before, after = digest_rows(server.url), digest_rows(target)
        figures["lignes_differentes"] = sorted(t for t in before if before[t] != after.get(t))
        return figures
    finally:
        server.stop()


class _timed:  # noqa: N801 - reads as a keyword
    """Note how long a block took, in seconds."""

    def __init__(self, figures: dict[str, Any], name: str) -> None:
        self._figures, self._name = figures, name

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        self._figures[self._name] = round(time.perf_counter() - self._start, 1)


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--chiffrer", action="store_true")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="orientation-mesure-"))
    try:
        figures = measure(
            folder,
            requests=asked.tickets,
            messages=asked.messages,
            passphrase="phrase de la mesure" if asked.chiffrer else None,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures["mio_memoire"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    sys.exit(bool(figures["lignes_differentes"]))


if __name__ == "__main__":
    main()
