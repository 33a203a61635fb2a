"""What the tests of the gap board share: turns as the service leaves them in its database."""

import secrets
import time
from datetime import datetime
from typing import Any

import httpx2
import psycopg
from psycopg.types.json import Jsonb

from tests.api.console import csrf
from tests.conftest import Chat, Service

BOARD = "/redaction/lacunes"


def add_turn(
    url: str,
    text: str,
    *,
    outcome: str = "nothing_found",
    at: datetime | None = None,
    understanding: dict[str, Any] | None = None,
    opinion: dict[str, Any] | None = None,
    contact: dict[str, str] | None = None,
    asked: str | None = None,
    pressed: str | None = None,
    place: tuple[str, str] | None = None,
) -> str:
    """Write a conversation of one question and one Turn; return the message's id.

    `asked` is what the assistant asked just before, `pressed` the button that was pressed after,
    `place` the territory of the conversation: its type and its code.
    """
    name = f"essai-{secrets.token_hex(6)}"
    understood = {"intent": "chercher_experience", **(understanding or {})}
    turn: dict[str, Any] = {"outcome": outcome, "understanding": understood}
    if place:
        turn["dialogue"] = {"territoire_type": place[0], "territoire_code": place[1]}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversation (id, token_hash, greeting, memory, tour, last_seq,"
            " last_seen_at) VALUES (%s, '', '[]', '{}', 1, 2, coalesce(%s, now()))",
            (name, at),
        )
        for seq, author, said, payload, answer in (
            (1, "assistant", None, None, {"dialogue": {"question": asked}}),
            (2, "elu", text, None, None),
            (3, "assistant", None, None, turn),
            (4, "elu", None, pressed, None),
        )[: 4 if pressed else 3]:
            connection.execute(
                "INSERT INTO conversation_item (id, conversation_id, seq, author, text, payload,"
                " turn, reply_to, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, coalesce(%s, now()))",
                (
                    f"{name}-{seq}",
                    name,
                    seq,
                    author,
                    said,
                    payload,
                    Jsonb(answer) if answer else None,
                    f"{name}-2" if seq == 3 else None,
                    at,
                ),
            )
        if opinion:
            give_opinion(url, f"{name}-2", **opinion)
    if contact:
        give_contact(url, f"{name}-2", **contact)
    return f"{name}-2"


def give_contact(url: str, question: str, *, nom: str, courriel: str) -> None:
    """Write the request of whoever asked a question, with their name and address."""
    name = question.rpartition("-")[0]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO ticket (reference, conversation_id, origin, status, priority,"
            " categorie, besoin, themes, nom, courriel, resources_shown, transcript,"
            " search_text, expected_reply_by, first_reply_due_at, resolution_due_at, version)"
            " VALUES (%(name)s, %(name)s, 'conversation', 'nouveau', 'normale', 'conseil',"
            " '', '{}', %(nom)s, %(courriel)s, '[]', '[]', '', now(), now(), now(), 1)",
            {"name": name, "nom": nom, "courriel": courriel},
        )


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


def put_on_board(
    url: str, question: str, *, motif: str = "avis_negatif", groupe: int | None = None
) -> int:
    """Put the question of a message on the board, in a new group or this one; return its number."""
    with psycopg.connect(url, autocommit=True) as connection:
        row: tuple[Any, ...] | None = (groupe,)
        if groupe is None:
            row = connection.execute(
                "INSERT INTO lacune_groupe (termes) VALUES ('{monnaie,locale}') RETURNING id"
            ).fetchone()
        assert row is not None
        connection.execute(
            "INSERT INTO lacune (item_id, motif, raison, commentaire, question, themes,"
            " departement, territoire_type, territoire_code, at, groupe_id)"
            " SELECT i.id, %s, f.reason, f.comment, i.text, '{jeunesse}', '32',"
            " a.turn->'dialogue'->>'territoire_type', a.turn->'dialogue'->>'territoire_code',"
            " i.created_at, %s FROM conversation_item i"
            " JOIN conversation_item a ON a.reply_to = i.id LEFT JOIN feedback f"
            " ON f.item_id = a.id WHERE i.id = %s",
            (motif, row[0], question),
        )
    return int(row[0])


def queue_doubt(url: str, text: str) -> str:
    """Queue a message to label, of which the assistant was unsure; return its id."""
    item = add_turn(url, text)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO message_douteux"
            " (item_id, texte, cle, motif, intention, confiance, marge, at)"
            " VALUES (%s, %s, %s, 'marge', 'demander_methode', 0.4, -1, now())",
            (item, text, item),
        )
    return item


def gaps(service: Service) -> list[dict[str, Any]]:
    """Every question of the board, with its group."""
    with psycopg.connect(service.database_url) as connection:
        cursor = connection.execute(
            "SELECT l.item_id, l.question, l.motif, l.raison, l.departement, l.groupe_id,"
            " g.etat, i.conversation_id"
            " FROM lacune l JOIN conversation_item i ON i.id = l.item_id"
            " LEFT JOIN lacune_groupe g ON g.id = l.groupe_id ORDER BY l.at"
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def read_again(desk: httpx2.Client, service: Service) -> list[dict[str, Any]]:
    """Press « Relire les conversations maintenant », wait for it, return the board's questions."""
    before = last_reading(service)
    deadline = time.monotonic() + 30
    while last_reading(service) == before:
        assert time.monotonic() < deadline, "the job did not run"
        sent = post(desk, BOARD, "regrouper")
        assert sent.headers["location"].startswith(BOARD)
        time.sleep(0.7)
    return gaps(service)


def last_reading(service: Service) -> Any:
    with psycopg.connect(service.database_url) as connection:
        return connection.execute("SELECT max(at) FROM lacune_releve").fetchone()


def post(desk: httpx2.Client, shown: str, act: str, **fields: str) -> httpx2.Response:
    """Press a button of a page; the redirection is not followed."""
    data = {"csrf": csrf(desk.get(shown)), **fields}
    return desk.post(f"{shown}/{act}", data=data)


def gap_of(found: list[dict[str, Any]], chat: Chat) -> dict[str, Any]:
    """The only question of a conversation."""
    (gap,) = [each for each in found if each["conversation_id"] == chat.id]
    return gap


def group_of(found: list[dict[str, Any]]) -> dict[str, int]:
    """The group of each question, by message."""
    return {each["item_id"]: each["groupe_id"] for each in found}
