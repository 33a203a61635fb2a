"""Back-up and restoration of a large database, verified row by row.

    python -m bench.backup                               100,000 requests, 1,000,000 messages
    python -m bench.backup --tickets 1000 --messages 10000

Everything happens in a PostgreSQL thrown away at the end.
"""

import argparse
import hashlib
import itertools
import json
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from api.backup.archive import open_archive
from api.backup.postgres import tables
from api.backup.restore import restore
from api.backup.save import save
from api.postgres import start_embedded
from api.schema import migrate

_START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_LIEUX = (
    ("32013", "Auch", "32", 22000),
    ("60057", "Beauvais", "60", 56000),
    ("34164", "Montaud", "34", 1300),
    ("97411", "Saint-Denis", "974", 153000),
)
_NEEDS = (
    "Comment associer les habitants à la revitalisation du centre-bourg ?",
    "Nous voulons relancer notre conseil citoyen ; par où commencer ?",
    "Quatre communes veulent écrire une charte de la participation : qui peut nous aider ?",
    "Un budget participatif à l’échelle d’une intercommunalité rurale : quels exemples ?",
)
_WORDS = [
    "habitants",
    "commune",
    "projet",
    "réunion",
    "publique",
    "atelier",
    "budget",
    "concertation",
    "quartier",
    "école",
    "mairie",
    "place",
    "marché",
    "bourg",
    "association",
    "jeunes",
    "aînés",
    "mobilité",
    "rivière",
    "forêt",
    "énergie",
    "logement",
    "avis",
]


def fill(url: str, *, requests: int, messages: int) -> None:
    """Write that many requests and messages, as the service would have left them."""
    chance = random.Random(20261128)  # noqa: S311 - no secret
    with psycopg.connect(url) as connection:
        copy_rows(connection, "conversation", _conversations(requests, messages))
        copy_rows(connection, "conversation_item", _items(requests, messages, chance))
        copy_rows(connection, "ticket", _tickets(requests, chance))
        copy_rows(connection, "ticket_message", _answers(requests, chance))
        copy_rows(connection, "ticket_event", _events(requests))
        connection.execute("SELECT setval('ticket_id_seq', max(id)) FROM ticket")
        connection.execute(
            "INSERT INTO acces_journal (who, action, reference)"
            " SELECT 'compte:Claire Martin', 'lire_demande', reference FROM ticket"
        )
        connection.execute(
            "CREATE TABLE rasa.events (id serial PRIMARY KEY, sender_id text, data text)"
        )
        connection.execute(
            "INSERT INTO rasa.events (sender_id, data) SELECT conversation_id, text"
            " FROM conversation_item WHERE seq <= 2"
        )


def copy_rows(connection: psycopg.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    """Add rows to a table, the fast way; the first one names the columns."""
    first = next(rows)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, first))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in itertools.chain([first], rows):
            copy.write_row(tuple(row.values()))


def _sentence(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(" ".join(_WORDS).split(), k=length)).capitalize() + "."


def _conversations(requests: int, messages: int) -> Iterator[dict[str, Any]]:
    each = messages // requests
    for number in range(requests):
        yield {
            "id": f"c{number:07}",
            "token_hash": hashlib.sha256(str(number).encode()).digest(),
            "greeting": Jsonb([{"type": "text", "text": "Bonjour."}]),
            "memory": Jsonb(
                {"territoire": _LIEUX[number % 4][0], "themes": ["budget participatif"]}
            ),
            "tour": each // 2,
            "last_seq": each,
        }


def _items(requests: int, messages: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    each = messages // requests
    for number, seq in itertools.product(range(requests), range(1, each + 1)):
        spoken = _sentence(chance, 12) if seq % 2 else None
        turn = {"messages": [{"type": "text", "text": _sentence(chance, 25)}]}
        yield {
            "id": f"m{number:07}-{seq}",
            "conversation_id": f"c{number:07}",
            "seq": seq,
            "author": "elu" if seq % 2 else "assistant",
            "text": spoken,
            "turn": None if seq % 2 else Jsonb(turn),
            "created_at": _START + timedelta(minutes=number, seconds=seq),
        }


def _tickets(requests: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(requests):
        code, name, departement, population = _LIEUX[number % 4]
        at = _START + timedelta(minutes=number)
        need = f"{_NEEDS[number % 4]} {_sentence(chance, 20)}"
        yield {
            "id": number + 1,
            "reference": f"OR-2026-{number:06X}",
            "conversation_id": f"c{number:07}",
            "origin": "conversation",
            "status": ("nouveau", "en_cours", "en_attente_elu", "resolu", "clos")[number % 5],
            "priority": "normale",
            "categorie": "conseil",
            "besoin": need,
            "territoire": Jsonb({"type": "commune", "code": code, "nom": name}),
            "departement": departement,
            "population": population,
            "themes": ["budget participatif", "conseil citoyen"],
            "nom": f"Élue n° {number}",
            "courriel": f"elue.{number}@exemple.fr",
            "resources_shown": Jsonb([]),
            "transcript": Jsonb([{"author": "elu", "text": need, "created_at": at.isoformat()}]),
            "search_text": need.lower(),
            "created_at": at,
            "updated_at": at,
            "expected_reply_by": at.date() + timedelta(days=5),
            "first_reply_due_at": at + timedelta(days=2),
            "resolution_due_at": at + timedelta(days=10),
            "version": 1,
        }


def _answers(requests: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(requests):
        yield {
            "id": f"r{number:07}",
            "ticket_id": number + 1,
            "author": "Claire Martin",
            "visibility": "public",
            "body": "\n".join(_sentence(chance, 15) for _ in range(4)),
        }


def _events(requests: int) -> Iterator[dict[str, Any]]:
    for number in range(requests):
        yield {
            "ticket_id": number + 1,
            "kind": "created",
            "actor": "conversation",
            "changes": Jsonb({"team": [None, "participation"]}),
        }


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
