"""Entering through an identity provider: a real one on loopback, strict, then misbehaving."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import psycopg
import pytest

from api.postgres import EmbeddedPostgres
from api.rasa_process import free_port
from tests.api.console import add_invitation, csrf, enter, open_client, submit
from tests.api.doors import Doors, ProConnect, database_of, open_doors, start_proconnect

GO, BACK, LOGIN = (f"/console/connexion{path}" for path in ("/fournisseur", "/retour", ""))
FACTOR = "/console/double-authentification"


@pytest.fixture(scope="module")
def proconnect() -> Iterator[ProConnect]:
    with start_proconnect(f"http://127.0.0.1:{PORT}") as started:
        yield started


PORT = free_port()


@pytest.fixture(scope="module")
def doors(
    proconnect: ProConnect,
    postgres: EmbeddedPostgres,
    template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Doors]:
    with (
        database_of(postgres, template) as url,
        open_doors(
            url, tmp_path_factory.mktemp("identite"), port=PORT, **proconnect.settings
        ) as opened,
    ):
        yield opened


def someone(**changes: Any) -> dict[str, Any]:
    """An agent as ProConnect tells of them."""
    number = secrets.token_hex(4)
    return {
        "sub": f"sujet-{number}",
        "given_name": "Aïcha",
        "usual_name": f"Benali {number}",
        "email": f"aicha.benali.{number}@exemple.fr",
        "uid": number,
        "siret": "13002526500013",
        **changes,
    }


def go(browser: httpx2.Client, suite: str | None = None) -> str:
    """Press the button; return the address at the provider."""
    sent = browser.get(GO, params={"suite": suite} if suite else {})
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


def identify(address: str, choice: str = "oui", provider: httpx2.Client | None = None) -> str:
    """Log in at the provider; return where it sends the browser back."""
    with ExitStack() as stack:
        visitor = provider or stack.enter_context(httpx2.Client(timeout=30))
        shown = visitor.get(address)
        if shown.status_code == 200:
            parts = urlsplit(address)
            form = f"{parts.scheme}://{parts.netloc}/connexion?{parts.query}"
            shown = visitor.post(form, data={"choix": choice})
    assert shown.status_code == 303, shown.text
    return shown.headers["location"]


def come_in(doors: Doors, browser: httpx2.Client, suite: str | None = None) -> httpx2.Response:
    """Go to the provider, log in there, come back."""
    return browser.get(identify(go(browser, suite)))


def inside(browser: httpx2.Client) -> bool:
    return browser.get(FACTOR).status_code == 200


def stored(doors: Doors, query: str) -> list[Any]:
    with psycopg.connect(doors.database_url) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def browser(doors: Doors) -> Iterator[httpx2.Client]:
    with open_client(doors) as opened:
        yield opened


def test_an_invited_address_gets_its_role(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "responsable")
    assert "S’identifier avec ProConnect" in browser.get(LOGIN).text
    back = come_in(doors, browser, "/console/comptes")
    assert (back.status_code, back.headers["location"]) == (303, "/console/comptes")
    shown = browser.get("/console/comptes").text
    assert f"Aïcha {person['usual_name']}" in shown
    assert "est entré pour la première fois" in shown


def test_what_is_sent_follows_the_rules(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    come_in(doors, browser)
    told = proconnect.choose()
    asked, exchanged = told["asked"][-1], told["token_requests"][-1]
    assert asked["scope"] == "openid given_name usual_name email"
    assert asked["redirect_uri"] == f"{doors.url}{BACK}"
    assert min(len(asked["state"]), len(asked["nonce"])) >= 32
    assert asked["state"] != asked["nonce"]
    assert exchanged["auth"] == "client_secret_post"
    assert set(asked) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"}
    assert "code_verifier" not in exchanged


def test_the_code_is_proved_ours_where_the_provider_knows_how(
    database_url: str, tmp_path: Path
) -> None:
    own = free_port()
    with (
        start_proconnect(f"http://127.0.0.1:{own}", "--pkce") as apart,
        open_doors(database_url, tmp_path, port=own, **apart.settings) as strict,
        open_client(strict) as browser,
    ):
        person = someone()
        apart.choose(**person)
        add_invitation(strict, person["email"], "conseiller")
        assert come_in(strict, browser).status_code == 303
        told = apart.choose()
        assert told["asked"][-1]["code_challenge_method"] == "S256"
        assert len(told["token_requests"][-1]["code_verifier"]) >= 43


def test_someone_known_comes_in_by_their_subject_whatever_their_address(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    come_in(doors, browser)
    married = {**person, "email": f"aicha.renard.{person['uid']}@exemple.fr"}
    proconnect.choose(**married)
    with open_client(doors) as later:
        assert come_in(doors, later).headers["location"] == "/console/"
        assert inside(later)
    assert (
        len(
            [
                1
                for (mail,) in stored(doors, "SELECT courriel FROM compte")
                if mail == person["email"]
            ]
        )
        == 1
    )


def test_the_same_address_under_another_subject_does_not_come_in(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    come_in(doors, browser)
    proconnect.choose(**{**person, "sub": "sujet-d-un-autre-fournisseur"})
    with open_client(doors) as other:
        assert come_in(doors, other).status_code == 403
        assert not inside(other)


def test_a_local_account_is_joined_by_an_invitation_only(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    with enter(doors, f"Karim {secrets.token_hex(3)}", "conseiller"):
        pass
    (courriel,) = stored(doors, "SELECT courriel FROM compte ORDER BY created_at DESC LIMIT 1")[0]
    proconnect.choose(**someone(email=courriel))
    assert come_in(doors, browser).status_code == 403
    add_invitation(doors, courriel, "relecteur")
    assert come_in(doors, browser).status_code == 303
    assert inside(browser)
    role = [row for row in stored(doors, "SELECT courriel, role FROM compte") if row[0] == courriel]
    assert role == [(courriel, "relecteur")]


def test_someone_unknown_is_told_what_to_do_and_how_to_leave(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    with httpx2.Client(timeout=30) as provider:
        refused = browser.get(identify(go(browser), provider=provider))
        assert refused.status_code == 403
        assert person["email"] in refused.text
        assert "Demandez une invitation" in refused.text
        assert not inside(browser)
        # Known there still: the way out closes that session too.
        leave = refused.text.split('href="' + proconnect.url, 1)[1].split('"', 1)[0]
        left = provider.get(proconnect.url + leave.replace("&amp;", "&"))
        assert left.headers["location"].startswith(f"{doors.url}/console/connexion/sortie")
        assert provider.get(go(browser)).status_code == 200


def test_a_closed_account_does_not_come_in(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    come_in(doors, browser)
    close_account(doors, person["email"])
    assert not inside(browser)
    refused = come_in(doors, browser)
    assert refused.status_code == 403
    assert "Votre accès à ce service est fermé" in refused.text


def close_account(doors: Doors, courriel: str) -> None:
    with psycopg.connect(doors.database_url, autocommit=True) as connection:
        closed = "UPDATE compte SET disabled_at = now() WHERE courriel = %s"
        connection.execute(closed, (courriel,))


def test_an_invitation_opens_a_closed_account_again_whatever_its_owner_is_called_now(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    come_in(doors, browser)
    close_account(doors, person["email"])
    proconnect.choose(**{**person, "email": f"aicha.renard.{person['uid']}@exemple.fr"})
    assert come_in(doors, browser).status_code == 403
    add_invitation(doors, person["email"], "conseiller")
    assert come_in(doors, browser).status_code == 303
    assert inside(browser)


def test_an_address_given_to_someone_else_leaves_the_first_one_out(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    first = someone()
    proconnect.choose(**first)
    add_invitation(doors, first["email"], "conseiller")
    come_in(doors, browser)
    add_invitation(doors, first["email"], "conseiller")
    proconnect.choose(**{**first, "sub": f"{first['sub']}-suivant"})
    with open_client(doors) as successor:
        assert come_in(doors, successor).status_code == 303
        assert not inside(browser)
        proconnect.choose(**first)
        assert come_in(doors, browser).status_code == 403
        assert inside(successor)


def test_the_invitation_says_that_no_password_is_needed(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    shown = browser.get(add_invitation(doors, person["email"], "relecteur")).text
    assert f"ProConnect vous connaît sous l’adresse {person['email']}" in shown
    assert f'href="{GO}"' in shown
    assert come_in(doors, browser).status_code == 303


def test_two_people_of_one_name_sign_apart(doors: Doors, proconnect: ProConnect) -> None:
    names = []
    for _ in range(3):
        person = someone(given_name="Jean", usual_name="Petit")
        proconnect.choose(**person)
        add_invitation(doors, person["email"], "conseiller")
        with open_client(doors) as each:
            come_in(doors, each)
        rows = stored(doors, "SELECT courriel, nom FROM compte")
        names += [nom for courriel, nom in rows if courriel == person["email"]]
    assert names == ["Jean Petit", "Jean Petit (2)", "Jean Petit (3)"]


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("wrong_nonce", "n’a pas pu être vérifiée"),
        ("no_nonce", "n’a pas pu être vérifiée"),
        ("wrong_state", "a commencé dans un autre navigateur"),
        ("mixed_up", "n’a pas pu être vérifiée"),
        ("expired", "L’heure de ce service et celle de ProConnect"),
        ("future", "L’heure de ce service et celle de ProConnect"),
        ("other_audience", "n’a pas pu être vérifiée"),
        ("two_audiences", "n’a pas pu être vérifiée"),
        ("other_issuer", "n’a pas pu être vérifiée"),
        ("unsigned", "n’a pas pu être vérifiée"),
        ("hs256", "n’a pas pu être vérifiée"),
        ("other_key", "n’a pas pu être vérifiée"),
        ("no_id_token", "n’a pas pu être vérifiée"),
        ("userinfo_json", "n’a pas pu être vérifiée"),
        ("userinfo_unsigned", "n’a pas pu être vérifiée"),
        ("userinfo_other_key", "n’a pas pu être vérifiée"),
        ("userinfo_other_sub", "n’a pas pu être vérifiée"),
        ("server_error", "a refusé votre identification"),
        ("token_500", "ne répond pas"),
    ],
)
def test_a_provider_that_misbehaves_lets_nobody_in(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client, mode: str, told: str
) -> None:
    person = someone()
    add_invitation(doors, person["email"], "conseiller")
    proconnect.choose(mode, **person)
    refused = come_in(doors, browser)
    assert refused.status_code in (422, 503)
    assert told in refused.text
    assert 'name="mot_de_passe"' in refused.text
    assert not inside(browser)
    proconnect.choose(**person)
    assert come_in(doors, browser).status_code == 303


def test_facts_come_signed_by_another_algorithm(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    add_invitation(doors, person["email"], "conseiller")
    proconnect.choose("userinfo_es256", **person)
    assert come_in(doors, browser).status_code == 303


@pytest.mark.parametrize("email", [None, "", "pas une adresse", 12])
def test_without_an_address_nobody_comes_in(
    proconnect: ProConnect, doors: Doors, browser: httpx2.Client, email: Any
) -> None:
    proconnect.choose(**someone(email=email))
    refused = come_in(doors, browser)
    assert refused.status_code == 403
    assert "adresse électronique valable" in refused.text


@pytest.mark.parametrize("verified", [False, "false", None, 0])
def test_an_address_that_is_not_verified_opens_nothing(
    proconnect: ProConnect, doors: Doors, browser: httpx2.Client, verified: Any
) -> None:
    person = someone(email_verified=verified)
    add_invitation(doors, person["email"], "responsable")
    proconnect.choose(**person)
    assert come_in(doors, browser).status_code == 403
    proconnect.choose(**{**person, "email_verified": True})
    assert come_in(doors, browser).status_code == 303


def test_who_gives_up_is_told_so_and_may_start_again(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    proconnect.choose(**someone())
    given_up = browser.get(identify(go(browser), "non"))
    assert given_up.status_code == 200
    assert "Vous n’avez pas terminé" in given_up.text
    assert f'href="{GO}"' in given_up.text


def test_the_answer_serves_once_and_in_the_browser_that_asked(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    answer = identify(go(browser))
    with open_client(doors) as thief:
        go(thief)
        assert thief.get(answer).status_code == 422
        assert not inside(thief)
    assert browser.get(answer).status_code == 303
    with open_client(doors) as again:
        assert again.get(answer).status_code == 422
    replayed = browser.get(answer)
    assert replayed.status_code == 422
    assert "a déjà servi" in replayed.text


def test_two_tabs_may_start_at_once(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    first, second = identify(go(browser)), identify(go(browser))
    assert browser.get(first).status_code == 303
    with open_client(doors) as later:
        assert later.get(second).status_code == 422


def test_who_takes_too_long_starts_again(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    proconnect.choose(**someone())
    answer = identify(go(browser))
    doors.clock.ahead += timedelta(minutes=11)
    try:
        assert "a trop duré" in browser.get(answer).text
    finally:
        doors.clock.ahead = timedelta()


def test_our_own_clock_gone_wrong_is_told(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    proconnect.choose(**someone())
    doors.clock.ahead = timedelta(minutes=-5)
    try:
        refused = come_in(doors, browser)
    finally:
        doors.clock.ahead = timedelta()
    assert "L’heure de ce service" in refused.text


def test_new_keys_are_read_when_they_are_needed(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = someone()
    add_invitation(doors, person["email"], "conseiller")
    proconnect.choose(rotate=True, **person)
    monkeypatch.setattr("api.identite.provider._KEYS_REST", 0.0)
    assert come_in(doors, browser).status_code == 303


def test_a_key_that_was_withdrawn_signs_nothing_more(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = someone()
    add_invitation(doors, person["email"], "conseiller")
    proconnect.choose(**person)
    come_in(doors, browser)
    proconnect.choose("withdrawn_key", rotate=True, **person)
    monkeypatch.setattr("api.identite.provider._KEYS_LIFE", 0.0)
    with open_client(doors) as thief:
        assert come_in(doors, thief).status_code == 422
        assert not inside(thief)


def test_leaving_closes_both_sessions(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    with httpx2.Client(timeout=30) as provider:
        browser.get(identify(go(browser), provider=provider))
        left = submit(browser, FACTOR, "/console/deconnexion")
        assert left.status_code == 200
        assert not inside(browser)
        where = left.text.split("0;url=", 1)[1].split('"', 1)[0].replace("&amp;", "&")
        facts = parse_qs(urlsplit(where).query)
        assert set(facts) == {"id_token_hint", "state", "post_logout_redirect_uri"}
        assert len(facts["state"][0]) >= 32
        back = provider.get(where).headers["location"]
        told = browser.get(back)
        assert "Vous êtes déconnecté(e) de ce service et de ProConnect" in told.text
        assert browser.get(back).headers["location"] == LOGIN
        assert provider.get(go(browser)).status_code == 200  # asked again who they are


def test_the_token_of_the_provider_is_kept_sealed(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    come_in(doors, browser)
    kept = [bytes(row[0]) for row in stored(doors, "SELECT id_token FROM compte_session") if row[0]]
    assert kept
    assert not any(b"eyJ" in each for each in kept)


def test_a_password_does_not_open_an_account_that_has_none(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client
) -> None:
    person = someone()
    proconnect.choose(**person)
    add_invitation(doors, person["email"], "conseiller")
    come_in(doors, browser)
    with open_client(doors) as other:
        for tried in ("", "None"):
            refused = submit(other, LOGIN, courriel=person["email"], mot_de_passe=tried)
            assert refused.status_code == 422


def test_whoever_comes_by_the_provider_owes_no_local_code(
    database_url: str, tmp_path: Path
) -> None:
    person = someone()
    with (
        start_proconnect(f"http://127.0.0.1:{(own := free_port())}") as apart,
        open_doors(
            database_url, tmp_path, port=own, totp="obligatoire", **apart.settings
        ) as strict,
        open_client(strict) as browser,
    ):
        apart.choose(**person)
        add_invitation(strict, person["email"], "responsable")
        come_in(strict, browser)
        assert browser.get("/console/comptes").status_code == 200


def test_a_level_may_be_required_and_the_client_may_sign_in_by_header(
    database_url: str, tmp_path: Path
) -> None:
    own = free_port()
    with (
        start_proconnect(f"http://127.0.0.1:{own}") as apart,
        open_doors(
            database_url,
            tmp_path,
            port=own,
            oidc_acr="eidas1-mfa, eidas2",
            oidc_client_auth="client_secret_basic",
            oidc_name="l’annuaire de l’agence",
            **apart.settings,
        ) as strict,
    ):
        person = someone()
        add_invitation(strict, person["email"], "conseiller")
        for level, status in (("eidas1", 403), ("eidas2", 303)):
            apart.choose(**person, acr=level)
            with open_client(strict) as browser:
                back = come_in(strict, browser)
                assert back.status_code == status
            if status == 403:
                assert "identification plus forte" in back.text
                assert "S’identifier avec l’annuaire de l’agence" in back.text
        told = apart.choose()
        assert told["token_requests"][-1]["auth"] == "client_secret_basic"
        assert '"values":["eidas1-mfa","eidas2"]' in told["asked"][-1]["claims"]


def test_in_https_no_neighbouring_site_writes_over_our_cookies(
    database_url: str, tmp_path: Path
) -> None:
    own, public = free_port(), "https://orientation.exemple.fr"
    with (
        start_proconnect(public) as apart,
        open_doors(database_url, tmp_path, port=own, public_url=public, **apart.settings) as strict,
        httpx2.Client(base_url=strict.url, timeout=30) as browser,
    ):
        person = someone()
        apart.choose(**person)
        add_invitation(strict, person["email"], "conseiller")
        sent = browser.get(GO)
        cookie = sent.headers["set-cookie"]
        assert cookie.startswith("__Host-orientation_identite=")
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        back = urlsplit(identify(sent.headers["location"]))
        assert f"{back.scheme}://{back.netloc}" == public
        value = cookie.partition("=")[2].partition(";")[0]
        answer = f"{back.path}?{back.query}"
        planted = browser.get(answer, headers={"Cookie": f"orientation_identite={value}"})
        assert planted.status_code == 422
        entered = browser.get(answer, headers={"Cookie": cookie.partition(";")[0]})
        assert entered.status_code == 303
        session = next(
            each
            for each in entered.headers.get_list("set-cookie")
            if each.startswith("__Host-orientation_session=")
        )
        assert "Secure" in session
        shown = browser.get(FACTOR, headers={"Cookie": session.partition(";")[0]})
        assert shown.status_code == 200
        forged = session.partition(";")[0].removeprefix("__Host-")
        assert browser.get(FACTOR, headers={"Cookie": forged}).status_code == 303


def test_a_provider_that_is_down_leaves_the_password(database_url: str, tmp_path: Path) -> None:
    down: dict[str, Any] = {
        "oidc_issuer": f"http://127.0.0.1:{free_port()}/api/v2",
        "oidc_client_id": "a",
        "oidc_client_secret": "b",
    }
    with open_doors(database_url, tmp_path, **down) as alone, open_client(alone) as browser:
        refused = browser.get(GO)
        assert refused.status_code == 503
        assert "ProConnect ne répond pas pour le moment" in refused.text
        with enter(alone, "Sofia Renard", "responsable") as chief:
            assert chief.get("/console/comptes").status_code == 200


def test_without_a_provider_there_is_no_button_and_no_door(
    database_url: str, tmp_path: Path
) -> None:
    with open_doors(database_url, tmp_path) as alone, open_client(alone) as browser:
        shown = browser.get(LOGIN)
        assert "S’identifier avec" not in shown.text
        assert csrf(shown)
        for path in (GO, BACK, f"{LOGIN}/sortie?state=x"):
            assert browser.get(path).status_code in (303, 404)
            assert not inside(browser)


def test_nothing_of_an_identity_is_logged(
    doors: Doors, proconnect: ProConnect, browser: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    person = someone()
    proconnect.choose("other_audience", **person)
    with caplog.at_level("DEBUG", logger="api"):
        come_in(doors, browser)
    written = "".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "aud" in written
    assert person["email"] not in written
    assert person["sub"] not in written
