"""Advisors who claim the same requests at once: exactly one gets each, and none is lost."""

import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx2
import psycopg

from api.tickets.keys import SCOPES, hash_key

_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Race:
    """Who got each request; `wrong` are those that none or several got, or that failed."""

    winners: dict[str, str]
    wrong: tuple[str, ...]
    seconds: float


def add_advisors(database_url: str, count: int) -> dict[str, str]:
    """Give that many advisors an access key; return the keys by name."""
    keys = {
        f"prise-en-charge-{number}": secrets.token_urlsafe(24) for number in range(1, count + 1)
    }
    with psycopg.connect(database_url) as connection:
        for name, key in keys.items():
            connection.execute("DELETE FROM api_key WHERE name = %s", (name,))
            connection.execute(
                "INSERT INTO api_key (key_hash, name, scopes) VALUES (%s, %s, %s)",
                (hash_key(key), name, list(SCOPES)),
            )
    return keys


def race(url: str, references: Sequence[str], keys: dict[str, str]) -> Race:
    """Let every advisor claim every request, all at once and in the same order."""
    start = time.perf_counter()
    with ThreadPoolExecutor(len(keys)) as pool:
        columns = list(pool.map(lambda key: _claim_all(url, references, key), keys.values()))
    winners, wrong = {}, []
    for reference, codes in zip(references, zip(*columns, strict=True), strict=True):
        got = [name for name, code in zip(keys, codes, strict=True) if code == httpx2.codes.OK]
        if len(got) == 1 and set(codes) <= {httpx2.codes.OK, httpx2.codes.CONFLICT}:
            winners[reference] = got[0]
        else:
            wrong.append(reference)
    return Race(winners, tuple(wrong), time.perf_counter() - start)


def _claim_all(url: str, references: Sequence[str], key: str) -> list[int]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=url, timeout=_TIMEOUT_SECONDS, headers=headers) as client:
        return [client.post(f"/api/v1/tickets/{each}/claim").status_code for each in references]


def kept(database_url: str, references: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Return who holds each request, and how many times its history tells that it was claimed."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT t.reference, coalesce(t.assignee, ''), count(e.id) FROM ticket t"
            " LEFT JOIN ticket_event e ON e.ticket_id = t.id AND e.kind = 'claimed'"
            " WHERE t.reference = ANY(%s) GROUP BY t.id",
            (list(references),),
        ).fetchall()
    return {reference: (assignee, claims) for reference, assignee, claims in rows}


def lost(database_url: str, run: Race) -> list[str]:
    """Return the requests whose row or history does not say what the winner was answered."""
    found = kept(database_url, list(run.winners))
    return [each for each, winner in run.winners.items() if found.get(each) != (winner, 1)]
