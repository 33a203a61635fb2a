"""Accounts, their teams and their absences, written in a database of a test alone."""

from datetime import date

import psycopg


def add(url: str, nom: str, *teams: str, role: str = "conseiller") -> None:
    """Write an account, and its teams."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO compte (id, courriel, nom, role) VALUES (%s, %s, %s, %s)",
            (nom, f"{nom.lower()}@exemple.fr", nom, role),
        )
        for each in teams:
            connection.execute("INSERT INTO compte_equipe VALUES (%s, %s)", (nom, each))


def send_away(url: str, nom: str, du: date, au: date, delegue: str | None = None) -> None:
    """Write an absence."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO compte_absence (compte_id, du, au, delegue_id, par)"
            " VALUES (%s, %s, %s, %s, %s)",
            (nom, du, au, delegue, nom),
        )
