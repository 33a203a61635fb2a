"""Rights: the table is whole, and each role, each key can do what it says and nothing else."""

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import httpx2
import psycopg
import pytest
from pydantic import ValidationError

from api.app import create_app
from api.comptes.roles import Role
from api.droits.matrix import CONVERSATION, EDITORIAL, OPEN, Matrix, load_matrix
from api.settings import Settings
from api.tickets.keys import SCOPES, hash_key
from tests.api.console import csrf, enter, open_client
from tests.api.tickets import KEY, create, path
from tests.conftest import Service


def of_a_page(line: str) -> bool:
    """Tell whether a route is one of the pages of the staff, for accounts."""
    return line.partition(" ")[2].startswith(("/console", "/redaction"))


MATRIX = load_matrix()
ROUTES = sorted(MATRIX.routes.items())
CONSOLE = [
    (line, action)
    for line, action in ROUTES
    if of_a_page(line) and action not in (OPEN, CONVERSATION, EDITORIAL)
]
BY_KEY = [(line, action) for line, action in ROUTES if action in MATRIX.actions]
BY_KEY = [(line, action) for line, action in BY_KEY if not of_a_page(line)]
UNKNOWN = "OR-2026-AAAAAA"


def cases(lines: list[tuple[str, str]], holders: Iterable[str], *, allowed: bool) -> list[Any]:
    """Each holder and each route that the table gives it (or not), named so."""
    return [
        pytest.param(str(each), line, id=f"{each}-{action}-{line}")
        for line, action in lines
        for each in holders
        if allowed == bool({str(each), f"cle:{each}"} & set(MATRIX.actions[action].par))
    ]


def routes_of_the_application() -> set[str]:
    """Every route that the application answers, as the table writes them."""
    container: Any = SimpleNamespace(settings=Settings())
    found: set[str] = set()
    routes: list[Any] = list(create_app(container).routes)
    for each in routes:
        contexts = getattr(each, "effective_route_contexts", None)
        for route in contexts() if contexts else [each]:
            methods = {"GET" if name == "HEAD" else name for name in route.methods}
            found |= {f"{method} {route.path}" for method in methods}
    return found


def test_every_route_has_its_line_in_the_table() -> None:
    missing = routes_of_the_application() - set(MATRIX.routes)
    assert not missing, f"à écrire dans api/droits/droits.yml, sinon refusé : {sorted(missing)}"


def test_every_line_of_the_table_has_its_route() -> None:
    assert set(MATRIX.routes) - routes_of_the_application() == set()


def test_the_technical_administrator_sees_no_content() -> None:
    seen = [name for name, right in MATRIX.actions.items() if right.allows(Role.ADMIN_TECHNIQUE)]
    assert seen
    assert not any(MATRIX.actions[name].contenu for name in seen)
    with pytest.raises(ValidationError, match="ne voit aucun contenu"):
        Matrix.model_validate(
            {"actions": {"lire": {"par": ["admin_technique"], "contenu": True}}, "routes": {}}
        )


@pytest.mark.parametrize(
    "table",
    [
        {"actions": {"lire": {"par": ["chef"]}}, "routes": {}},
        {"actions": {"lire": {"par": ["cle:tout"]}}, "routes": {}},
        {"actions": {"lire": {"par": []}}, "routes": {}},
        {"actions": {}, "routes": {"GET /": "lire"}},
    ],
)
def test_a_wrong_table_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Matrix.model_validate(table)


@pytest.fixture(scope="module")
def people(service: Service) -> Iterator[dict[str, httpx2.Client]]:
    """A browser for each role."""
    with ExitStack() as stack:
        yield {
            role.value: stack.enter_context(
                enter(service, f"Rôle {role.value} {secrets.token_hex(3)}", role.value)
            )
            for role in Role
        }


@pytest.fixture(scope="module")
def keys(service: Service) -> dict[str, dict[str, str]]:
    """The header of a key for each scope alone."""
    made = {scope: f"cle-d-essai-{secrets.token_hex(8)}" for scope in SCOPES}
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        for scope, key in made.items():
            connection.execute(
                "INSERT INTO api_key (key_hash, name, scopes) VALUES (%s, %s, %s)",
                (hash_key(key), f"seule {scope} {key[-4:]}", [scope]),
            )
    return {scope: {"Authorization": f"Bearer {key}"} for scope, key in made.items()}


def call(client: httpx2.Client, line: str, **options: Any) -> httpx2.Response:
    """Ask for a route, with a reference that exists nowhere."""
    method, _, template = line.partition(" ")
    address = re.sub(r"\{[^}]+\}", UNKNOWN, template)
    return client.request(method, address, **options)


def called_by(client: httpx2.Client, line: str) -> httpx2.Response:
    """Ask for a page, or send its form, from our own page."""
    if line.startswith("GET"):
        return call(client, line)
    return call(client, line, data={"csrf": csrf(client.get("/console/", follow_redirects=True))})


@pytest.mark.parametrize(("role", "line"), cases(CONSOLE, Role, allowed=True))
def test_can(people: dict[str, httpx2.Client], role: str, line: str) -> None:
    assert called_by(people[role], line).status_code not in (401, 403, 500)


@pytest.mark.parametrize(("role", "line"), cases(CONSOLE, Role, allowed=False))
def test_cannot(people: dict[str, httpx2.Client], role: str, line: str) -> None:
    refused = called_by(people[role], line)
    assert refused.status_code == 403
    assert "Votre rôle ne permet pas cette action" in refused.text


@pytest.mark.parametrize(("scope", "line"), cases(BY_KEY, SCOPES, allowed=True))
def test_key_can(
    client: httpx2.Client, keys: dict[str, dict[str, str]], scope: str, line: str
) -> None:
    answer = call(client, line, headers=keys[scope], json={})
    assert answer.status_code not in (401, 403, 500)


@pytest.mark.parametrize(("scope", "line"), cases(BY_KEY, SCOPES, allowed=False))
def test_key_cannot(
    client: httpx2.Client, keys: dict[str, dict[str, str]], scope: str, line: str
) -> None:
    assert call(client, line, headers=keys[scope], json={}).status_code == 403


@pytest.mark.parametrize(("line", "action"), ROUTES)
def test_nobody_can_what_is_not_open(service: Service, line: str, action: str) -> None:
    with open_client(service) as nobody:
        answer = call(nobody, line, json={} if "/api/" in line else None)
    if action == OPEN:
        assert answer.status_code != 401
    elif of_a_page(line):
        assert answer.status_code == (303 if line.startswith("GET") else 403)
    else:
        assert answer.status_code in (401, 404, 422), answer.text


def test_an_account_does_not_open_the_api(people: dict[str, httpx2.Client]) -> None:
    assert people["responsable"].get("/api/v1/tickets").status_code == 401


def rows(service: Service, reference: str) -> list[tuple[str, str]]:
    """The accesses to a ticket, oldest first."""
    with psycopg.connect(service.database_url) as connection:
        found = connection.execute(
            "SELECT who, action FROM acces_journal WHERE reference = %s ORDER BY id", (reference,)
        )
        return [(who, action) for who, action in found]


def test_each_access_to_a_ticket_is_written_with_no_content(
    client: httpx2.Client, service: Service
) -> None:
    ticket = create(client)
    client.get(path(ticket).lower().replace("/tickets/or", "/tickets/OR"), headers=KEY)
    client.get(path(ticket, "/transcript"), headers=KEY)
    client.post(path(ticket, "/messages"), json={"body": "Bonjour."}, headers=KEY)
    client.get(path(ticket))
    written = rows(service, ticket["reference"])
    assert [action for _, action in written] == ["lire_demande", "lire_demande", "traiter_demande"]
    assert all(who.startswith("cle:") for who, _ in written)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE acces_journal SET who = 'x'", "DELETE FROM acces_journal", "TRUNCATE acces_journal"],
)
def test_the_log_cannot_be_changed(client: httpx2.Client, service: Service, statement: str) -> None:
    client.get(path(create(client)), headers=KEY)
    with (
        psycopg.connect(service.database_url, autocommit=True) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append only"),
    ):
        connection.execute(statement)


def test_the_log_is_read_by_those_who_answer_for_it(
    client: httpx2.Client, people: dict[str, httpx2.Client]
) -> None:
    ticket = create(client)
    client.get(path(ticket), headers=KEY)
    shown = people["admin_technique"].get("/console/journal?reference=" + ticket["reference"])
    assert "a lu la demande" in shown.text
    assert ticket["besoin"] not in shown.text
