"""What the tests of the gap board share: turns as the service leaves them in its database."""

import itertools
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

_numbers = itertools.count(1)


def add_turn(
    url: str,
    text: str,
    *,
    outcome: str = "nothing_found",
    at: datetime | None = None,
    understanding: dict[str, Any] | None = None,
    opinion: dict[str, Any] | None = None,
    contact: dict[str, str] | None = None,
) -> str:
    """Write a conversation of one question and one Turn; return the message's id."""
    name = f"essai{next(_numbers):04}"
    turn = {"outcome": outcome, "understanding": {"intent": "chercher_experience"}}
    turn["understanding"] |= understanding or {}  # type: ignore[operator]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversation (id, token_hash, greeting, memory, tour, last_seq,"
            " last_seen_at) VALUES (%s, '', '[]', '{}', 1, 2, coalesce(%s, now()))",
            (name, at),
        )
        for item, author, said, answer, reply in (
            (f"q{name}", "elu", text, None, None),
            (f"a{name}", "assistant", None, Jsonb(turn), f"q{name}"),
        ):
            connection.execute(
                "INSERT INTO conversation_item"
                " (id, conversation_id, seq, author, text, turn, reply_to, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, coalesce(%s, now()))",
                (item, name, 2 if reply else 1, author, said, answer, reply, at),
            )
        if opinion:
            give_opinion(url, f"q{name}", **opinion)
        if contact:
            connection.execute(
                "INSERT INTO ticket (reference, conversation_id, origin, status, priority,"
                " categorie, besoin, themes, nom, courriel, resources_shown, transcript,"
                " search_text, expected_reply_by, first_reply_due_at, resolution_due_at, version)"
                " VALUES (%(name)s, %(name)s, 'conversation', 'nouveau', 'normale', 'conseil',"
                " '', '{}', %(nom)s, %(courriel)s, '[]', '[]', '', now(), now(), now(), 1)",
                {"name": name, **contact},
            )
    return f"q{name}"


def give_opinion(
    url: str, question: str, *, useful: bool, reason: str | None = None, comment: str | None = None
) -> None:
    """Write what the élu thinks of the Turn that answers a question; the last word wins."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO feedback (item_id, useful, reason, comment)"
            " SELECT id, %s, %s, %s FROM conversation_item WHERE reply_to = %s"
            " ON CONFLICT (item_id) DO UPDATE SET useful = excluded.useful,"
            " reason = excluded.reason, comment = excluded.comment, created_at = now()",
            (useful, reason, comment, question),
        )


def put_on_board(url: str, question: str) -> int:
    """Put the question of a message on the board, in a group of its own; return its number."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "INSERT INTO lacune_groupe (termes) VALUES ('{chats,errants}') RETURNING id"
        ).fetchone()
        assert row is not None
        connection.execute(
            "INSERT INTO lacune (item_id, motif, raison, commentaire, question, themes,"
            " departement, at, groupe_id) SELECT i.id, 'avis_negatif', f.reason, f.comment, i.text,"
            " '{jeunesse}', '32', i.created_at, %s FROM conversation_item i"
            " JOIN conversation_item a ON a.reply_to = i.id LEFT JOIN feedback f"
            " ON f.item_id = a.id WHERE i.id = %s",
            (row[0], question),
        )
    return int(row[0])
