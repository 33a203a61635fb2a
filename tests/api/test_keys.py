"""Access keys, as an operator makes, lists and revokes them."""

import psycopg

from tests.api.test_cli import run


def test_a_key_is_made_listed_and_revoked(database_url: str) -> None:
    made = run("key", "prefecture-17", "--portee", "tickets:read", DATABASE_URL=database_url)
    assert made.returncode == 0, made.stdout + made.stderr
    key = made.stdout.strip().removeprefix("→ ")
    with psycopg.connect(database_url, autocommit=True) as connection:
        rows = connection.execute("SELECT key_hash::text, name, scopes FROM api_key").fetchall()
    assert [row[1:] for row in rows] == [("prefecture-17", ["tickets:read"])]
    assert key not in str(rows)
    listed = run("keys", "list", DATABASE_URL=database_url).stdout
    assert "prefecture-17" in listed
    assert "valable" in listed
    assert key not in listed
    assert run("keys", "revoke", "prefecture-17", DATABASE_URL=database_url).returncode == 0
    assert "révoquée" in run("keys", "list", DATABASE_URL=database_url).stdout
    again = run("keys", "revoke", "prefecture-17", DATABASE_URL=database_url)
    assert again.returncode == 1
    assert "Aucune clé valable" in again.stdout


def test_an_unknown_scope_is_refused() -> None:
    assert run("key", "essai", "--portee", "tickets:tout").returncode == 2
