"""Entering the console: invitations, passwords, sessions, forms of our own only."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import psycopg
import pytest
import pytest_asyncio

from api.comptes.attempts import LoginLocked, delay_after
from api.comptes.journal import CompteJournal, EventFilter
from api.comptes.login import LoginRefused, LoginService
from api.comptes.passwords import PasswordWeak, check_password
from api.comptes.roles import Role
from api.comptes.service import CompteService, InvitationInvalid
from api.console.comptes_histoire import HISTORY
from api.database import Database, connect
from tests.api.console import (
    PASSWORD,
    accept,
    add_invitation,
    csrf,
    enter,
    open_client,
    submit,
)
from tests.api.test_cli import run
from tests.conftest import Service

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def visitor(service: Service) -> Iterator[httpx2.Client]:
    with open_client(service) as opened:
        yield opened


def invite(service: Service, role: str = "conseiller") -> tuple[str, str]:
    """Return an address, and the path of its invitation."""
    courriel = f"camille.{secrets.token_hex(4)}@exemple.fr"
    return courriel, add_invitation(service, courriel, role)


def name() -> str:
    return f"Camille {secrets.token_hex(4)}"


def log_in(client: httpx2.Client, courriel: str, password: str = PASSWORD) -> httpx2.Response:
    return submit(client, "/console/connexion", courriel=courriel, mot_de_passe=password)


def test_an_invitation_makes_an_account_once(service: Service, visitor: httpx2.Client) -> None:
    courriel, path = invite(service)
    nom = name()
    assert "rôle «\u00a0Conseiller\u00a0»" in visitor.get(path).text
    made = accept(visitor, path, nom)
    assert made.status_code == 303
    assert made.headers["location"] == "/console/"
    assert nom in visitor.get("/console/", follow_redirects=True).text
    with open_client(service) as other:
        again = other.get(path)
        assert again.status_code == 404
        assert "Ce lien n’est pas valable" in again.text
        assert log_in(other, courriel.upper()).status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts(service: Service) -> None:
    _, path = invite(service)
    with open_client(service) as client:
        made = accept(client, path, name())
    cookie = next(c for c in made.headers.get_list("set-cookie") if "orientation_session" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    token = re.search(r"orientation_session=([^;]+)", cookie)
    assert token is not None
    with psycopg.connect(service.database_url) as connection:
        rows = connection.execute("SELECT token_hash FROM compte_session").fetchall()
    assert rows
    assert all(token[1].encode() not in bytes(row[0]) for row in rows)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"mot_de_passe": "court", "confirmation": "court"}, "de 12 à 200 caractères"),
        ({"mot_de_passe": "a" * 30, "confirmation": "a" * 30}, "répète trop"),
        ({"confirmation": PASSWORD + "!"}, "ne sont pas les mêmes"),
        ({"nom": "  "}, "prénom et votre nom"),
        ({"nom": "Camille\u202eMartin"}, "prénom et votre nom"),
    ],
)
def test_a_wrong_account_is_told_and_the_link_still_works(
    service: Service, visitor: httpx2.Client, changes: dict[str, str], told: str
) -> None:
    _, path = invite(service)
    refused = accept(visitor, path, name(), **changes)
    assert refused.status_code == 422
    assert told in refused.text
    assert PASSWORD not in refused.text
    assert accept(visitor, path, name()).status_code == 303


def test_two_accounts_do_not_sign_with_one_name(service: Service, visitor: httpx2.Client) -> None:
    nom = name()
    _, path = invite(service)
    with enter(service, nom, "conseiller"):
        refused = accept(visitor, path, nom.upper())
    assert "Un autre compte porte déjà ce nom" in refused.text


def test_an_old_invitation_is_refused(service: Service, visitor: httpx2.Client) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    path = add_invitation(service, "x@exemple.fr", "conseiller", expires_at=past)
    assert visitor.get(path).status_code == 404


def test_nobody_reads_the_console_without_entering(visitor: httpx2.Client) -> None:
    led = visitor.get("/console/")
    assert led.status_code == 303
    assert led.headers["location"] == "/console/connexion"


@pytest.mark.parametrize(
    ("suite", "reached"),
    [
        ("/console/?status=nouveau", "/console/?status=nouveau"),
        ("https://exemple.org/", "/console/"),
        ("//exemple.org/console/", "/console/"),
        ("/console/\\exemple.org", "/console/"),
    ],
)
def test_after_the_login_one_goes_back_into_the_console_only(
    service: Service, visitor: httpx2.Client, suite: str, reached: str
) -> None:
    courriel, path = invite(service)
    with open_client(service) as client:
        accept(client, path, name())
    data = {
        "csrf": csrf(visitor.get("/console/connexion")),
        "suite": suite,
        "courriel": courriel,
        "mot_de_passe": PASSWORD,
    }
    assert visitor.post("/console/connexion", data=data).headers["location"] == reached


def test_leaving_closes_the_session_on_our_side(service: Service) -> None:
    with enter(service, name(), "conseiller") as client:
        stolen = dict(client.cookies)
        assert submit(client, "/console/", "/console/deconnexion").status_code == 303
        with open_client(service) as thief:
            thief.cookies.update(stolen)
            assert thief.get("/console/").headers["location"] == "/console/connexion"


@pytest.mark.parametrize("forged", [{}, {"csrf": "0" * 64}, {"csrf": "é"}])
def test_a_form_that_is_not_ours_does_nothing(service: Service, forged: dict[str, str]) -> None:
    with enter(service, name(), "conseiller") as client:
        refused = client.post("/console/deconnexion", data=forged)
        assert refused.status_code == 403
        assert "Ce formulaire n’est plus valable" in refused.text
        assert client.get("/console/").headers["location"] == "/console/demandes"


def test_a_form_sent_from_another_site_does_nothing(service: Service) -> None:
    with enter(service, name(), "conseiller") as client:
        refused = client.post(
            "/console/deconnexion",
            data={"csrf": csrf(client.get("/console/demandes"))},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert refused.status_code == 403


def test_failures_make_an_address_wait_whether_or_not_it_has_an_account(service: Service) -> None:
    courriel, path = invite(service)
    with open_client(service) as client:
        accept(client, path, name())
    for address in (courriel, f"personne.{secrets.token_hex(4)}@exemple.fr"):
        with open_client(service) as client:
            told = [log_in(client, address, f"essai numéro {n}") for n in range(6)]
            assert [each.status_code for each in told] == [422] * 5 + [429]
            assert "ne vont pas ensemble" in told[0].text
            assert "Trop d’essais" in told[5].text
            assert log_in(client, address).status_code == 429


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (10, 900), (9999, 900)]
)
def test_the_wait_grows(failures: int, seconds: int) -> None:
    assert delay_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "password", ["camille.martin@mairie", "Martin Camille 12", "camillemartin24"]
)
def test_a_password_made_of_oneself_is_refused(password: str) -> None:
    with pytest.raises(PasswordWeak) as refused:
        check_password(password, about=("camille.martin@mairie.fr", "Camille Martin"))
    assert refused.value.reason == "mot_de_passe_personnel"


class MovableClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@pytest_asyncio.fixture(loop_scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


async def make(database: Database, clock: MovableClock, courriel: str = "claire@exemple.fr") -> str:
    """Make an account; return the secret of its first session."""
    async with database.sessions.begin() as session:
        service = CompteService(session, now=clock.now)
        token = await service.invite(courriel, Role.CONSEILLER)
        return await service.accept(token, courriel="", nom=courriel, password=PASSWORD)


async def test_a_session_ends_when_unused_and_at_the_end_of_the_day(database: Database) -> None:
    clock = MovableClock()
    doors = LoginService(database, now=clock.now)
    token = await make(database, clock)
    for _ in range(3):
        clock.at += timedelta(hours=3, minutes=50)
        assert await doors.find(token) is not None
    clock.at += timedelta(hours=1)
    assert await doors.find(token) is None
    other = await doors.open("claire@exemple.fr", PASSWORD)
    clock.at += timedelta(hours=4, minutes=1)
    assert await doors.find(other) is None


async def test_a_wait_ends_and_the_right_password_forgets_the_failures(database: Database) -> None:
    clock = MovableClock()
    doors = LoginService(database, now=clock.now)
    await make(database, clock)
    for _ in range(5):
        with pytest.raises(LoginRefused):
            await doors.open("claire@exemple.fr", "pas celui-ci")
    with pytest.raises(LoginLocked) as locked:
        await doors.open("claire@exemple.fr", PASSWORD)
    assert locked.value.wait == timedelta(seconds=30)
    clock.at += timedelta(seconds=31)
    assert await doors.open("claire@exemple.fr", PASSWORD)
    with pytest.raises(LoginRefused):
        await doors.open("claire@exemple.fr", "pas celui-ci")
    assert await doors.open("claire@exemple.fr", PASSWORD)


async def test_guesses_sent_at_once_are_counted(database: Database) -> None:
    doors = LoginService(database)
    tries = (doors.open("claire@exemple.fr", f"essai {n}") for n in range(12))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    kinds = [type(each) for each in outcomes]
    assert kinds.count(LoginRefused) == 5
    assert kinds.count(LoginLocked) == 7


async def test_a_shut_account_is_out_at_once(database: Database) -> None:
    clock = MovableClock()
    doors = LoginService(database, now=clock.now)
    token = await make(database, clock)
    async with database.sessions.begin() as session:
        assert await CompteService(session).disable("Claire@exemple.fr", by="Sofia")
    assert await doors.find(token) is None
    with pytest.raises(LoginRefused):
        await doors.open("claire@exemple.fr", PASSWORD)


async def test_each_opening_and_closing_of_an_account_is_in_its_history(
    database: Database,
) -> None:
    await make(database, MovableClock())
    async with database.sessions.begin() as session:
        service = CompteService(session)
        link = await service.invite("claire@exemple.fr", Role.RESPONSABLE)
        await service.accept(link, courriel="", nom="Claire", password=PASSWORD + " neuf")
        await service.disable("claire@exemple.fr", by="Sofia")
    async with database.sessions() as session:
        journal = CompteJournal(session)
        found = await journal.page(EventFilter(), limit=10)
        closed = await journal.page(EventFilter(who="sof", kind="compte_ferme"), limit=10)
    assert [(each.kind, each.by) for each in found] == [
        ("compte_ferme", "Sofia"),
        ("compte_repris", "Claire"),
        ("compte_ouvert", "claire@exemple.fr"),
    ]
    assert [each.id for each in closed] == [found[0].id]


def test_the_history_of_the_accounts_is_searched(service: Service) -> None:
    word = secrets.token_hex(4)
    with (
        enter(service, f"Rose {word}", "responsable") as rose,
        enter(service, f"Karim {word}", "conseiller"),
    ):
        page = rose.get(HISTORY, params={"qui": word.upper(), "quoi": "compte_ouvert"})
        assert page.text.count("a ouvert son compte</td>") == 2
        assert f"Karim {word}" in page.text
        nobody = rose.get(HISTORY, params={"qui": word, "du": "2020-01-01", "au": "2020-01-02"})
        assert "Aucun événement ne répond à cette recherche" in nobody.text
        assert rose.get(HISTORY, params={"du": "hier"}).status_code == 422
        lines = rose.get(f"{HISTORY}/export", params={"qui": word}).text.splitlines()
        assert lines[0].endswith("Quand;Qui;Quoi;Compte")
        assert sorted(each.split(";")[3] for each in lines[1:]) == [f"Karim {word}", f"Rose {word}"]


async def test_an_invitation_renews_an_account_and_ends_its_sessions(database: Database) -> None:
    clock = MovableClock()
    doors = LoginService(database, now=clock.now)
    token = await make(database, clock)
    async with database.sessions.begin() as session:
        service = CompteService(session, now=clock.now)
        link = await service.invite("claire@exemple.fr", Role.RESPONSABLE)
        new = await service.accept(link, courriel="", nom="Claire", password=PASSWORD + " neuf")
    assert await doors.find(token) is None
    renewed = await doors.find(new)
    assert renewed is not None
    assert (renewed.nom, renewed.role) == ("Claire", "responsable")
    with pytest.raises(LoginRefused):
        await doors.open("claire@exemple.fr", PASSWORD)


async def test_the_first_link_makes_one_account_only(database: Database) -> None:
    clock = MovableClock()
    async with database.sessions.begin() as session:
        service = CompteService(session, now=clock.now)
        first, second = await service.first_link(), await service.first_link()
        assert first is not None
        assert second is not None
        await service.accept(first, courriel="a@exemple.fr", nom="Aline", password=PASSWORD)
        assert await service.first_link() is None
        with pytest.raises(InvitationInvalid):
            await service.accept(second, courriel="b@exemple.fr", nom="Basile", password=PASSWORD)
        assert [each.role for each in await service.all()] == ["responsable"]


async def test_the_first_link_lasts_a_day(database: Database) -> None:
    clock = MovableClock()
    async with database.sessions.begin() as session:
        service = CompteService(session, now=clock.now)
        token = str(await service.first_link())
        clock.at += timedelta(hours=24)
        with pytest.raises(InvitationInvalid):
            await service.invitation(token)


def test_the_first_start_prints_the_link_of_the_first_account(service: Service) -> None:
    printed = [line for line in service.output if "Premier compte" in line]
    assert len(printed) == 1
    assert f"{service.url}/console/invitation/" in printed[0]


def test_accounts_are_managed_from_the_command_line(database_url: str) -> None:
    invited = run("compte", "inviter", "lea@exemple.fr", "--role", "redacteur", **at(database_url))
    assert "/console/invitation/" in invited.stdout
    assert run("compte", "inviter", "pas une adresse", **at(database_url)).returncode == 2
    assert run("compte", "fermer", "lea@exemple.fr", **at(database_url)).returncode == 1
    asyncio.run(_accept(database_url, invited.stdout.strip().rpartition("/")[2]))
    assert "lea@exemple.fr" in run("compte", "lister", **at(database_url), COLUMNS="200").stdout
    assert run("compte", "fermer", "lea@exemple.fr", **at(database_url)).returncode == 0


def at(database_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url}


async def _accept(database_url: str, token: str) -> None:
    database = connect(database_url)
    async with database.sessions.begin() as session:
        await CompteService(session).accept(token, courriel="", nom="Léa", password=PASSWORD)
    await database.close()
