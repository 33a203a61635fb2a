"""Requests and conversations in number, as the service would have left them: seeded, by COPY.

The needs are the training sentences of the project, the places the communes of France: a search
among them meets words that are frequent, rare or absent, as it does among real requests.
"""

import hashlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from knowledge.territoires.loader import load_territoires
from knowledge.territoires.territoire import Territoire
from nlu.intents_examples import load_examples
from nlu.text import fold

SEED = 20261128
_START = datetime(2026, 1, 5, 8, tzinfo=UTC)
_MINUTES_APART = 4.7  # 100,000 of them in eleven months
_ANSWERED = ("en_attente_elu", "resolu", "clos")
_STATUSES = ("nouveau", "en_cours", *_ANSWERED)
_ASKING = (
    "demander_methode",
    "chercher_experience",
    "demander_accompagnement",
    "parler_conseiller",
)
_ADVISORS = ("Claire Martin", "Karim Benali", "Sofia Roux", "Paul Lemaire", "Inès Faure")
_FIRST_NAMES = ("Anne", "Éloïse", "Mehdi", "Jean-Luc", "Fatou", "Hervé", "Marie", "Noé")
_NAMES = ("Lefèvre", "Traoré", "Garnier", "Le Goff", "Muller", "Etcheverry", "Boyer", "Hoarau")
_THEMES = ("budget participatif", "conseil citoyen", "jeunesse", "urbanisme", "mobilité", "énergie")
_ROUTES = ("ressources", "conseiller", "ateliers", "projet_partage", "territoires_engagement")
_WORDS = (
    *("habitants", "commune", "projet", "réunion", "publique", "atelier", "budget", "concertation"),
    *("quartier", "école", "mairie", "place", "marché", "bourg", "association", "jeunes", "aînés"),
    *("mobilité", "rivière", "forêt", "énergie", "logement", "avis"),
)


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot of requests: the numbers `first` to `first + requests - 1`, `each` messages by one."""

    requests: int
    each: int
    first: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311

    @property
    def numbers(self) -> range:
        """The numbers of the requests."""
        return range(self.first, self.first + self.requests)

    def sentence(self, length: int) -> str:
        """Return a sentence of that many words."""
        return " ".join(self.chance.choices(_WORDS, k=length)).capitalize() + "."


def fill(url: str, *, requests: int, messages: int, first: int = 0) -> None:
    """Write that many requests and messages; `first` goes on after a former lot."""
    lot = Lot(requests, messages // requests, first)
    with psycopg.connect(url) as connection:
        copy_rows(connection, "conversation", _conversations(lot))
        copy_rows(connection, "conversation_item", _items(lot))
        copy_rows(connection, "ticket", _tickets(lot))
        copy_rows(connection, "ticket_message", _answers(lot))
        copy_rows(connection, "ticket_event", _events(lot))
        connection.execute("SELECT setval('ticket_id_seq', max(id)) FROM ticket")
        connection.execute(
            "INSERT INTO acces_journal (who, action, reference)"
            " SELECT 'compte:Claire Martin', 'lire_demande', reference FROM ticket WHERE id > %s",
            (first,),
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


@cache
def needs() -> tuple[str, ...]:
    """Return what élus ask for, in the words of the training sentences."""
    return tuple(each.text for each in load_examples() if each.intent in _ASKING)


@cache
def communes() -> tuple[Territoire, ...]:
    """Return the communes of France."""
    return tuple(each for each in load_territoires() if each.type == "commune")


def _conversations(lot: Lot) -> Iterator[dict[str, Any]]:
    for number in lot.numbers:
        yield {
            "id": f"c{number:07}",
            "token_hash": hashlib.sha256(str(number).encode()).digest(),
            "greeting": Jsonb([{"type": "text", "text": "Bonjour."}]),
            "memory": Jsonb({"territoire": "32013", "themes": ["budget participatif"]}),
            "tour": lot.each // 2,
            "last_seq": lot.each,
        }


def _items(lot: Lot) -> Iterator[dict[str, Any]]:
    for number, seq in itertools.product(lot.numbers, range(1, lot.each + 1)):
        spoken = lot.sentence(12) if seq % 2 else None
        turn = {"messages": [{"type": "text", "text": lot.sentence(25)}]}
        yield {
            "id": f"m{number:07}-{seq}",
            "conversation_id": f"c{number:07}",
            "seq": seq,
            "author": "elu" if seq % 2 else "assistant",
            "text": spoken,
            "turn": None if seq % 2 else Jsonb(turn),
            "created_at": _at(number) + timedelta(seconds=seq),
        }


def _at(number: int) -> datetime:
    return _START + timedelta(minutes=_MINUTES_APART * number)


def _tickets(lot: Lot) -> Iterator[dict[str, Any]]:
    for number in lot.numbers:
        draw, at, reference = lot.chance, _at(number), f"OR-2026-{number:06X}"
        place, need = draw.choice(communes()), f"{draw.choice(needs())} {lot.sentence(12)}"
        nom = f"{draw.choice(_FIRST_NAMES)} {draw.choice(_NAMES)}"
        courriel = f"mairie.{number}@exemple.fr"
        status = _STATUSES[number % len(_STATUSES)]
        spoken = {"author": "elu", "text": need, "created_at": at.isoformat()}
        yield {
            "id": number + 1,
            "reference": reference,
            "conversation_id": f"c{number:07}",
            "origin": "conversation",
            "status": status,
            "priority": draw.choice(("normale", "normale", "normale", "haute")),
            "assignee": None if status == "nouveau" else draw.choice(_ADVISORS),
            "team": draw.choice(("cellule", "cellule", "base", None)),
            "categorie": "conseil",
            "besoin": need,
            "territoire": Jsonb({"type": "commune", "code": place.code, "nom": place.nom}),
            "departement": place.departement,
            "population": place.population,
            "themes": draw.sample(_THEMES, 2),
            "route": draw.choice(_ROUTES),
            "nom": nom,
            "courriel": courriel,
            "resources_shown": Jsonb([]),
            "transcript": Jsonb([spoken]),
            "search_text": fold(f"{reference} {place.nom} {nom} {courriel} {need}"),
            "created_at": at,
            "updated_at": at,
            "first_reply_at": at + timedelta(days=1) if status in _ANSWERED else None,
            "expected_reply_by": at.date() + timedelta(days=5),
            "first_reply_due_at": at + timedelta(days=2),
            "resolution_due_at": at + timedelta(days=10),
            "version": 1,
        }


def _answers(lot: Lot) -> Iterator[dict[str, Any]]:
    for number in lot.numbers:
        yield {
            "id": f"r{number:07}",
            "ticket_id": number + 1,
            "author": "Claire Martin",
            "visibility": "public",
            "body": "\n".join(lot.sentence(15) for _ in range(4)),
        }


def _events(lot: Lot) -> Iterator[dict[str, Any]]:
    for number in lot.numbers:
        yield {
            "ticket_id": number + 1,
            "kind": "created",
            "actor": "conversation",
            "changes": Jsonb({"team": [None, "cellule"]}),
        }
