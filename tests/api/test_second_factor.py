"""The second factor: RFC 6238, enrolment, the door, lost phones, and who must have one."""

import asyncio
import base64
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import psycopg
import pytest
from pydantic import ValidationError

from api.comptes.totp import (
    code_at,
    enrolment_uri,
    is_one_time,
    matching_step,
    read_code,
    step_of,
)
from api.postgres import EmbeddedPostgres
from api.secret_box import KEY_FILE, SecretBox, SecretUnreadable
from api.settings import Settings
from tests.api.console import PASSWORD, accept, add_invitation, enter, open_client, submit
from tests.api.doors import Doors, database_of, open_doors
from tests.api.test_cli import run

FACTOR = "/console/double-authentification"
LOGIN = "/console/connexion"
RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_rfc(at: int, code: str) -> None:
    assert code_at(RFC_SECRET, step_of(datetime.fromtimestamp(at, UTC))) == code


@pytest.mark.parametrize(("late", "taken"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_code_is_taken_one_step_early_or_late(late: int, taken: bool) -> None:
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    code = code_at(RFC_SECRET, step_of(now + timedelta(seconds=late)))
    assert (matching_step(RFC_SECRET, code, now=now, after=None) is not None) == taken
    step = step_of(now)
    assert matching_step(RFC_SECRET, code_at(RFC_SECRET, step), now=now, after=step) is None


def test_the_address_of_the_qr_code_says_all() -> None:
    uri = enrolment_uri(RFC_SECRET, issuer="Orientation", account="claire@exemple.fr")
    parts, facts = urlsplit(uri), parse_qs(urlsplit(uri).query)
    assert (parts.scheme, parts.netloc, parts.path) == (
        "otpauth",
        "totp",
        "/Orientation:claire@exemple.fr",
    )
    assert base64.b32decode(facts["secret"][0]) == RFC_SECRET
    assert (facts["period"], facts["digits"], facts["algorithm"]) == (["30"], ["6"], ["SHA1"])


def test_codes_are_read_as_people_type_them() -> None:
    assert read_code(" 123 456 ") == "123456"
    assert read_code("abcd-efgh") == "ABCDEFGH"
    assert is_one_time("123456")
    assert not is_one_time("١٢٣٤٥٦")


def test_a_sealed_secret_opens_only_with_its_key_and_for_its_owner(tmp_path: Path) -> None:
    box = SecretBox(Settings(data_dir=tmp_path))
    sealed = box.seal(b"secret", about="claire")
    assert b"secret" not in sealed
    assert SecretBox(Settings(data_dir=tmp_path)).open(sealed, about="claire") == b"secret"
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    for other, about in (
        (box, "paul"),
        (SecretBox(Settings(data_dir=tmp_path / "autre")), "claire"),
        (SecretBox(Settings(secret_key="k" * 32)), "claire"),
    ):
        with pytest.raises(SecretUnreadable):
            other.open(sealed, about=about)


@pytest.fixture(scope="module")
def doors(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Doors]:
    with (
        database_of(postgres, template) as url,
        open_doors(url, tmp_path_factory.mktemp("portes")) as opened,
    ):
        yield opened


class Person:
    """Someone with an account, a browser, and soon a telephone."""

    def __init__(self, doors: Doors, role: str = "conseiller") -> None:
        self.doors, self.role = doors, role
        self.courriel = f"camille.{secrets.token_hex(4)}@exemple.fr"
        self.nom = f"Camille {secrets.token_hex(4)}"
        self.browser = open_client(doors)
        made = accept(self.browser, add_invitation(doors, self.courriel, role), self.nom)
        assert made.status_code == 303
        self.secret = b""
        self.codes: list[str] = []

    def code(self) -> str:
        """The code that the telephone shows; the next minute, so that it has not served."""
        self.doors.clock.ahead += timedelta(seconds=60)
        return code_at(self.secret, step_of(self.doors.clock.now()))

    def send(self, action: str, code: str) -> httpx2.Response:
        return submit(self.browser, FACTOR, f"{FACTOR}/{action}", code=code)

    def enrol(self) -> httpx2.Response:
        submit(self.browser, FACTOR, f"{FACTOR}/commencer")
        shown = self.browser.get(FACTOR).text
        self.secret = secret_of(shown)
        confirmed = self.send("confirmer", self.code())
        assert confirmed.status_code == 200, confirmed.text
        self.codes = re.findall(r"<li><code>([A-Z0-9-]+)</code>", confirmed.text)
        return confirmed

    def password(self, browser: httpx2.Client, **fields: str) -> httpx2.Response:
        return submit(browser, LOGIN, courriel=self.courriel, mot_de_passe=PASSWORD, **fields)

    def log_in(self, code: str) -> tuple[httpx2.Client, httpx2.Response]:
        browser = open_client(self.doors)
        asked = self.password(browser)
        assert asked.headers["location"] == f"{LOGIN}/code"
        return browser, submit(browser, f"{LOGIN}/code", code=code)


def secret_of(page: str) -> bytes:
    """The secret that a page gives to the telephone."""
    found = re.search(r"secret=([A-Z2-7]+)", unescape(page))
    assert found is not None, page
    return base64.b32decode(found[1])


def inside(browser: httpx2.Client) -> bool:
    return browser.get(FACTOR).status_code == 200


def stored(doors: Doors, query: str) -> list[Any]:
    with psycopg.connect(doors.database_url) as connection:
        return connection.execute(query).fetchall()


def test_enrolment_shows_the_secret_until_a_first_code_confirms_it(doors: Doors) -> None:
    person = Person(doors)
    submit(person.browser, FACTOR, f"{FACTOR}/commencer")
    shown = person.browser.get(FACTOR).text
    person.secret = secret_of(shown)
    typed = re.search(r'class="cle"><code>([A-Z2-7 ]+)</code>', shown)
    assert typed is not None
    assert base64.b32decode(typed[1].replace(" ", "")) == person.secret
    assert "<svg" in shown
    wrong = person.send("confirmer", "000000")
    assert wrong.status_code == 422
    assert "n’est pas valable" in wrong.text
    assert secret_of(wrong.text) == person.secret

    confirmed = person.send("confirmer", person.code())
    codes = re.findall(r"<li><code>([A-Z0-9-]+)</code>", confirmed.text)
    assert len(set(codes)) == 10
    again = person.browser.get(FACTOR).text
    assert typed[1] not in again
    assert "secret=" not in again
    assert not any(code in again for code in codes)
    assert "10 codes de secours" in again


def test_nothing_kept_gives_the_secret_or_the_recovery_codes(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    kept = [bytes(row[0]) for row in stored(doors, "SELECT secret FROM compte_totp")]
    kept += [bytes(row[0]) for row in stored(doors, "SELECT code_hash FROM compte_code_secours")]
    assert len(kept) >= 11
    given = [person.secret, *(read_code(code).encode() for code in person.codes)]
    assert not any(each in row for each in given for row in kept)


def test_the_password_alone_does_not_open_any_more(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    with open_client(doors) as browser:
        suite = "/console/journal?reference=OR-2026-AAAAAA"
        asked = person.password(browser, suite=suite)
        assert asked.headers["location"].startswith(f"{LOGIN}/code?suite=")
        assert not inside(browser)
        assert browser.get("/console/demandes").headers["location"].startswith(LOGIN)
        shown = browser.get(asked.headers["location"])
        data = {"csrf": csrf_of(shown), "suite": suite, "code": person.code()}
        let_in = browser.post(f"{LOGIN}/code", data=data)
        assert let_in.headers["location"] == suite
        assert inside(browser)


def csrf_of(page: httpx2.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    return found[1]


def test_the_session_that_waited_is_worth_nothing_once_in(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    browser = open_client(doors)
    person.password(browser)
    waiting = browser.cookies["orientation_session"]
    submit(browser, f"{LOGIN}/code", code=person.code())
    assert browser.cookies["orientation_session"] != waiting
    with open_client(doors) as other:
        other.cookies.set("orientation_session", waiting)
        assert not inside(other)


def test_who_waits_too_long_starts_again(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    browser = open_client(doors)
    person.password(browser)
    shown = browser.get(f"{LOGIN}/code")
    doors.clock.ahead += timedelta(minutes=11)
    late = browser.post(f"{LOGIN}/code", data={"csrf": csrf_of(shown), "code": person.code()})
    assert late.headers["location"] == LOGIN
    assert not inside(browser)


def test_a_code_does_not_serve_twice(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    code = person.code()
    first, second = person.log_in(code), person.log_in(code)
    assert inside(first[0])
    assert second[1].status_code == 422
    assert not inside(second[0])


def test_a_code_sent_at_once_from_many_places_opens_once(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    browsers = [open_client(doors) for _ in range(4)]
    for browser in browsers:
        person.password(browser)
    pages = [browser.get(f"{LOGIN}/code") for browser in browsers]
    code = person.code()

    async def send_all() -> list[int]:
        tries = (
            asyncio.to_thread(
                browser.post, f"{LOGIN}/code", data={"csrf": csrf_of(page), "code": code}
            )
            for browser, page in zip(browsers, pages, strict=True)
        )
        return [each.status_code for each in await asyncio.gather(*tries)]

    assert sorted(asyncio.run(send_all())) == [303, 422, 422, 422]


def test_guesses_are_counted_and_the_password_does_not_forget_them(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    for _ in range(5):
        assert person.log_in("000000")[1].status_code == 422
    code = person.code()
    doors.clock.ahead -= timedelta(seconds=60)
    locked = person.log_in(code)[1]
    assert locked.status_code == 429
    assert "Réessayez dans 30 s" in locked.text
    doors.clock.ahead += timedelta(seconds=91)
    assert inside(person.log_in(person.code())[0])


def test_a_recovery_code_opens_once_and_is_written(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    typed = person.codes[3].lower().replace("-", " ")
    browser, _ = person.log_in(typed)
    assert "9 codes de secours" in browser.get(FACTOR).text
    assert person.log_in(typed)[1].status_code == 422
    assert events(doors, person)[-1] == ("code_secours_utilise", person.nom)


def events(doors: Doors, person: Person) -> list[tuple[str, str]]:
    rows = stored(doors, "SELECT kind, by, nom FROM compte_journal ORDER BY id")
    return [(kind, by) for kind, by, nom in rows if nom == person.nom]


def test_new_recovery_codes_replace_the_old_ones(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    assert person.send("codes", "000000").status_code == 422
    renewed = person.send("codes", person.code())
    codes = re.findall(r"<li><code>([A-Z0-9-]+)</code>", renewed.text)
    assert not set(codes) & set(person.codes)
    assert person.log_in(person.codes[0])[1].status_code == 422
    assert inside(person.log_in(codes[0])[0])


def test_enrolling_closes_the_sessions_opened_without_it(doors: Doors) -> None:
    person = Person(doors)
    elsewhere = open_client(doors)
    person.password(elsewhere)
    assert inside(elsewhere)
    person.enrol()
    assert not inside(elsewhere)
    assert inside(person.browser)


def test_its_owner_takes_it_away_with_a_code(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    assert person.send("retirer", "123123").status_code == 422
    assert person.send("retirer", person.code()).status_code == 303
    with open_client(doors) as browser:
        assert person.password(browser).headers["location"] == "/console/"
    told = [kind for kind, _ in events(doors, person)]
    assert told == ["compte_ouvert", "facteur_ajoute", "facteur_retire"]


def test_a_renewed_password_does_not_take_the_second_factor_away(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    with open_client(doors) as browser:
        link = add_invitation(doors, person.courriel, person.role)
        renewed = accept(browser, link, person.nom, mot_de_passe=PASSWORD)
        assert renewed.headers["location"] == f"{LOGIN}/code"
        assert not inside(browser)
        submit(browser, f"{LOGIN}/code", code=person.code())
        assert inside(browser)


def test_a_responsable_resets_it_and_the_journal_says_so(doors: Doors) -> None:
    person = Person(doors)
    person.enrol()
    with enter(doors, "Sofia Renard", "responsable") as chief:
        shown = chief.get("/console/comptes").text
        assert person.courriel in shown
        reset = submit(
            chief, "/console/comptes", "/console/comptes/reinitialiser", courriel=person.courriel
        )
        assert reset.status_code == 303
        told = chief.get("/console/comptes").text
        assert "a réinitialisé la double authentification" in told
        again = submit(
            chief, "/console/comptes", "/console/comptes/reinitialiser", courriel=person.courriel
        )
        assert again.status_code == 422
    assert not inside(person.browser)
    with open_client(doors) as browser:
        assert person.password(browser).headers["location"] == "/console/"
    assert events(doors, person)[-1] == ("facteur_reinitialise", "Sofia Renard")


def test_the_command_resets_it_and_the_journal_says_so(doors: Doors) -> None:
    person = Person(doors)
    reset = ("compte", "reinitialiser", person.courriel)
    person.enrol()
    assert run(*reset, DATABASE_URL=doors.database_url).returncode == 0
    assert events(doors, person)[-1] == ("facteur_reinitialise", "commande:serveur")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE compte_journal SET by = 'x'", "DELETE FROM compte_journal", "TRUNCATE compte_journal"],
)
def test_the_journal_of_the_accounts_cannot_be_changed(doors: Doors, statement: str) -> None:
    Person(doors).enrol()
    with (
        psycopg.connect(doors.database_url, autocommit=True) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append only"),
    ):
        connection.execute(statement)


def test_a_role_that_must_have_it_is_led_to_it_first(database_url: str, tmp_path: Path) -> None:
    required: dict[str, Any] = {"totp": "obligatoire", "totp_roles": "responsable"}
    with open_doors(database_url, tmp_path, **required) as doors:
        chief, advisor = Person(doors, "responsable"), Person(doors)
        assert advisor.browser.get("/console/").headers["location"] == "/console/demandes"
        for path in ("/console/", "/console/demandes", "/console/comptes", "/redaction/"):
            assert chief.browser.get(path).headers["location"] == FACTOR
        assert "Votre rôle la demande" in chief.browser.get(FACTOR).text
        chief.enrol()
        assert chief.browser.get("/console/comptes").status_code == 200
        kept = chief.send("retirer", chief.code())
        assert kept.status_code == 403
        assert inside(chief.log_in(chief.code())[0])


def test_turned_off_it_is_not_offered_but_still_asked_of_who_has_it(
    database_url: str, tmp_path: Path
) -> None:
    with open_doors(database_url, tmp_path) as doors:
        person = Person(doors)
        person.enrol()
    with open_doors(database_url, tmp_path, totp="off") as doors:
        person.doors = doors
        doors.clock.ahead += timedelta(minutes=5)
        browser, _ = person.log_in(person.code())
        assert inside(browser)
        newcomer = Person(doors)
        shown = newcomer.browser.get(FACTOR)
        assert "n’est pas proposée" in shown.text
        newcomer.browser.post(f"{FACTOR}/commencer", data={"csrf": csrf_of(shown)})
        assert stored(doors, "SELECT count(*) FROM compte_totp") == [(1,)]


def test_another_key_lets_nobody_in_by_a_code_but_recovery_codes_still_do(
    database_url: str, tmp_path: Path
) -> None:
    with open_doors(database_url, tmp_path / "un") as doors:
        person = Person(doors)
        person.enrol()
    with open_doors(database_url, tmp_path / "deux") as doors:
        person.doors = doors
        assert person.log_in(person.code())[1].status_code == 422
        assert inside(person.log_in(person.codes[0])[0])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"totp_roles": "chef"}, "rôles attendus"),
        ({"totp": "peut-être"}, "obligatoire"),
        ({"secret_key": "courte"}, "32"),
        ({"oidc_issuer": "https://exemple.fr/api/v2"}, "vont ensemble"),
        (
            {
                "oidc_issuer": "http://exemple.fr",
                "oidc_client_id": "a",
                "oidc_client_secret": "b",
            },
            "https",
        ),
        (
            {
                "oidc_issuer": "https://exemple.fr/api/v2",
                "oidc_client_id": "a",
                "oidc_client_secret": "b",
                "public_url": "http://orientation.exemple.fr",
            },
            "ORIENTATION_PUBLIC_URL",
        ),
    ],
)
def test_wrong_settings_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Settings(**given)
