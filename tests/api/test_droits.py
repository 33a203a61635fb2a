"""Rights: the table is whole, and each role, each key can do what it says and nothing else."""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import psycopg
import pytest
import yaml
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
UNKNOWN = "inconnu"
_TABLE = yaml.safe_load((Path(__file__).parent / "reponses_attendues.yml").read_text("utf-8"))


def expected(kind: str) -> dict[str, tuple[int, ...]]:
    """The codes of the routes that do nothing when they are asked so, each with its reason."""
    told = [(line, _codes(each["code"])) for each in _TABLE[kind] for line in each["lignes"]]
    assert all(each["parce_que"] for each in _TABLE[kind])
    assert len(told) == len(dict(told)), "une adresse est écrite deux fois"
    return dict(told)


def _codes(given: int | list[int]) -> tuple[int, ...]:
    return tuple(given) if isinstance(given, list) else (given,)


ALLOWED, OPENED = expected("permis"), expected("ouvert")


def test_every_expected_code_is_that_of_a_route() -> None:
    assert set(ALLOWED) <= {line for line, action in ROUTES if action in MATRIX.actions}
    assert set(OPENED) <= {line for line, action in ROUTES if action == OPEN}


def is_answered(code: int, wanted: tuple[int, ...] | None) -> bool:
    """Tell whether a route did what it says, or refused as it must, and not another way."""
    return code in wanted if wanted is not None else 200 <= code < 400


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


@pytest.fixture(scope="module")
def real(service: Service, people: dict[str, httpx2.Client]) -> dict[str, str]:
    """What the addresses of the pages to be read may name."""
    with open_client(service) as client:
        found = client.get("/api/v1/resources", params={"limit": 1}).json()["items"][0]["id"]
    return {"resource_id": found, "version": "1", **_READ}


_READ = {"modele": "accuse", "theme": "jeunesse", "fichier": "ateliers.yml"}
# Their number is not that of a version of a resource, nor their model a canned answer.
_OTHERS = ("/redaction/regles/versions", "/redaction/entrainement")


def call(
    client: httpx2.Client, line: str, names: Mapping[str, str] | None = None, **options: Any
) -> httpx2.Response:
    """Ask for a route: of a new ticket, of a real territory, of what `names` gives a page."""
    method, _, template = line.partition(" ")
    if "/demandes/{reference}" in template or "/tickets/{reference}" in template:
        with httpx2.Client(base_url=client.base_url, timeout=30) as maker:
            template = template.replace("{reference}", create(maker)["reference"])
    template = template.replace("/territoires/{reference}", "/territoires/commune:32013")
    known = names or {} if method == "GET" and not template.startswith(_OTHERS) else {}
    address = re.sub(r"\{(\w+)[^}]*\}", lambda name: known.get(name[1], UNKNOWN), template)
    return client.request(method, address, **options)


def called_by(
    client: httpx2.Client, line: str, names: Mapping[str, str] | None = None
) -> httpx2.Response:
    """Ask for a page, or send its form, from our own page."""
    if line.startswith("GET"):
        return call(client, line, names)
    return call(client, line, data={"csrf": csrf(client.get("/console/", follow_redirects=True))})


@pytest.mark.parametrize(("role", "line"), cases(CONSOLE, Role, allowed=True))
def test_can(people: dict[str, httpx2.Client], real: dict[str, str], role: str, line: str) -> None:
    answer = called_by(people[role], line, real)
    assert is_answered(answer.status_code, ALLOWED.get(line)), answer.text


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
    assert is_answered(answer.status_code, ALLOWED.get(line)), answer.text


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
        assert is_answered(answer.status_code, OPENED.get(line)), answer.text
    elif of_a_page(line):
        assert answer.status_code == (303 if line.startswith("GET") else 403)
    else:  # a conversation is not told from one that exists nowhere
        hidden = action == CONVERSATION and line != "POST /api/v1/tickets"
        assert answer.status_code == (404 if hidden else 401), answer.text


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
