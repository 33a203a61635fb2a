"""What the tests of the teams share: people, their teams, their absences, another team's ticket."""

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import psycopg

from assistant.business_days import CELLULE
from tests.api.console import enter, submit
from tests.api.tickets import KEY, create, path
from tests.conftest import Service

ABSENCES = "/console/absences"


def today() -> date:
    """The day of the cellule."""
    return CELLULE.today(datetime.now(UTC))


def day(after: int) -> str:
    """A day as the form sends it, so many days from today."""
    return (today() + timedelta(days=after)).isoformat()


@dataclass
class Person:
    """Someone in front of their browser."""

    nom: str
    client: httpx2.Client

    def away(self, **fields: Any) -> httpx2.Response:
        """Declare an absence: from today, for three days, unless told otherwise."""
        return submit(self.client, ABSENCES, **{"du": day(0), "au": day(3), **fields})


@contextmanager
def person(
    service: Service, first: str, role: str = "conseiller", teams: Collection[str] = ()
) -> Iterator[Person]:
    """Someone who enters, in these teams."""
    nom = f"{first} {secrets.token_hex(4)}"
    with enter(service, nom, role) as client:
        put_in(service, nom, teams)
        yield Person(nom, client)


def put_in(service: Service, nom: str, teams: Collection[str]) -> None:
    """Put someone in teams, as the page of the accounts does."""
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        for team in teams:
            connection.execute(
                "INSERT INTO compte_equipe (compte_id, equipe)"
                " SELECT id, %s FROM compte WHERE nom = %s",
                (team, nom),
            )


def patch(client: httpx2.Client, ticket: dict[str, Any], **change: Any) -> httpx2.Response:
    """Change a ticket through the API, whatever its version."""
    return client.patch(path(ticket), json=change, headers={**KEY, "If-Match": "*"})


def create_for(client: httpx2.Client, team: str | None, **changes: Any) -> dict[str, Any]:
    """A ticket of a team, or of the common queue."""
    ticket = create(client, **changes)
    if ticket["team"] != team:
        assert patch(client, ticket, team=team, reason="Essai").status_code == 200
    return ticket


def at(ticket: dict[str, Any], tail: str = "") -> str:
    """The page of a ticket in the console."""
    return f"/console/demandes/{ticket['reference']}{tail}"
