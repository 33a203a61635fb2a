"""What lets an open queue know that it changed: a mark, the newest requests, and no content."""

import re
import secrets
from collections.abc import Iterator

import httpx2
import psycopg
import pytest

from tests.api.console import enter, submit
from tests.api.tickets import KEY, create, path
from tests.conftest import Service

QUEUE = "/console/demandes"


@pytest.fixture(scope="module")
def nom() -> str:
    return f"Claire {secrets.token_hex(4)}"


@pytest.fixture(scope="module")
def claire(service: Service, nom: str) -> Iterator[httpx2.Client]:
    with enter(service, nom, "conseiller") as browser:
        yield browser


def mark(browser: httpx2.Client, **query: str | int) -> str:
    """The mark that the pulse gives, and nothing with it."""
    answer = browser.get(f"{QUEUE}/pouls", params=query)
    assert answer.headers["cache-control"] == "no-store"
    (name, value), *others = answer.json().items()
    assert (name, others) == ("etat", [])
    return str(value)


def shown(browser: httpx2.Client, name: str, **query: str | int) -> str:
    """What the page of the queue says of itself."""
    found = re.search(rf'data-{name}="([^"]*)"', browser.get(QUEUE, params=query).text)
    assert found is not None
    return found[1]


def test_the_pulse_is_that_of_the_page_and_changes_with_it(
    client: httpx2.Client, claire: httpx2.Client
) -> None:
    word = f"lavoir{secrets.token_hex(4)}"
    besoin = f"Restaurer le {word} de la place."
    empty = mark(claire, q=word)
    assert empty == shown(claire, "etat", q=word)
    newest = shown(claire, "dernier", q=word)
    made = [create(client, besoin=besoin) for _ in range(2)]
    create(client, besoin="Une demande d’un autre sujet, qui ne répond pas à cette recherche.")
    two = mark(claire, q=word)
    assert two not in (empty, mark(claire, q="introuvable"))
    assert two == shown(claire, "etat", q=word)
    assert shown(claire, "nouvelles", q=word, apres=newest) == "2"
    assert shown(claire, "nouvelles", q=word) == "0"
    submit(claire, f"{QUEUE}/{made[0]['reference']}", f"{QUEUE}/{made[0]['reference']}/prendre")
    taken = mark(claire, q=word)
    assert taken != two
    client.post(path(made[1], "/messages"), json={"body": "Voici."}, headers=KEY)
    assert mark(claire, q=word) != taken


def test_the_pulse_leaves_no_line_in_the_access_log(
    service: Service, claire: httpx2.Client, nom: str
) -> None:
    count = "SELECT count(*) FROM acces_journal WHERE who = %s"
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        before = connection.execute(count, (f"compte:{nom}",)).fetchone()
        mark(claire)
        assert connection.execute(count, (f"compte:{nom}",)).fetchone() == before
        claire.get(QUEUE)
        assert connection.execute(count, (f"compte:{nom}",)).fetchone() != before


@pytest.mark.parametrize("wrong", ["-1", "demain", str(2**31)])
def test_a_number_that_is_none_is_refused(claire: httpx2.Client, wrong: str) -> None:
    assert claire.get(f"{QUEUE}/pouls", params={"apres": wrong}).status_code == 422
