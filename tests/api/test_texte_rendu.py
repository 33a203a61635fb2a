"""A session that ends while someone writes: the text is given back, and may be sent once more."""

import re
import secrets
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx2
import psycopg
import pytest

from api.comptes.login import hash_token
from api.console.session import RESUME, SESSION
from api.console.typed import _READ_BYTES
from tests.api.console import accept, add_invitation, csrf, enter, open_client
from tests.api.test_console import at, hidden, read
from tests.api.test_pieces import PDF
from tests.api.tickets import create
from tests.conftest import Service

OURS = {"Sec-Fetch-Site": "same-origin"}
TEXT = "Madame la maire,\nvoici <trois> exemples & leurs « limites ».\n\nBien à vous,"
SHOWN = re.compile(r'<textarea id="rendu-(\w+)"[^>]*>\n(.*?)</textarea>', re.DOTALL)


@pytest.fixture
def claire(service: Service) -> Iterator[httpx2.Client]:
    """An advisor of her own test: her sessions end without troubling anyone."""
    with enter(service, f"Claire {secrets.token_hex(4)}", "conseiller") as client:
        yield client


@pytest.fixture
def ticket(client: httpx2.Client) -> dict[str, Any]:
    return create(client)


def opened(claire: httpx2.Client, ticket: dict[str, Any]) -> dict[str, Any]:
    """The form of an answer, as the page gives it."""
    shown = claire.get(at(ticket))
    fields = {name: hidden(shown, name) for name in ("version", "cle")}
    return {"csrf": csrf(shown), **fields, "corps": TEXT, "visibilite": "internal"}


def end_session(service: Service, claire: httpx2.Client) -> None:
    """Let five hours pass without her doing anything."""
    past = "UPDATE compte_session SET seen_at = seen_at - interval '5 hours' WHERE token_hash = %s"
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        assert connection.execute(past, (hash_token(claire.cookies[SESSION]),)).rowcount == 1


def given_back(page: httpx2.Response) -> dict[str, str]:
    return {name: unescape(text) for name, text in SHOWN.findall(page.text)}


def sent_again(page: httpx2.Response, **changes: str) -> dict[str, Any]:
    """What the page that gives a text back sends, its hidden fields included."""
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {**dict(pairs), **given_back(page), **changes}


def log_in_again(service: Service, claire: httpx2.Client) -> None:
    """Come back in another tab: the same browser, another session."""
    with open_client(service) as other, psycopg.connect(service.database_url) as connection:
        row = connection.execute("SELECT nom, courriel, role FROM compte ORDER BY created_at DESC")
        nom, courriel, role = row.fetchone() or ("", "", "")
        assert accept(other, add_invitation(service, courriel, role), nom).status_code == 303
        claire.cookies.set(SESSION, other.cookies[SESSION], domain="127.0.0.1")


def messages(client: httpx2.Client, ticket: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["visibility"], each["body"]) for each in read(client, ticket)["messages"]]


def test_the_text_comes_back_and_is_sent_after_the_next_login(
    service: Service, client: httpx2.Client, claire: httpx2.Client, ticket: dict[str, Any]
) -> None:
    form = opened(claire, ticket)
    end_session(service, claire)
    ended = claire.post(at(ticket, "/repondre"), data=form, headers=OURS)
    assert ended.status_code == 403
    assert "Votre texte n’est pas perdu" in ended.text
    assert given_back(ended) == {"corps": TEXT}
    assert "<trois>" not in ended.text
    assert messages(client, ticket) == []
    still_out = claire.post(at(ticket, "/repondre"), data=sent_again(ended), headers=OURS)
    assert still_out.status_code == 403
    assert given_back(still_out) == {"corps": TEXT}
    log_in_again(service, claire)
    done = claire.post(at(ticket, "/repondre"), data=sent_again(still_out), headers=OURS)
    assert done.status_code == 303
    assert done.headers["location"].endswith("?fait=note")
    again = claire.post(at(ticket, "/repondre"), data=sent_again(still_out), headers=OURS)
    assert again.status_code == 303
    assert [kind for kind, _ in messages(client, ticket)] == ["internal"]
    assert "leurs « limites »" in messages(client, ticket)[0][1]


def test_who_came_back_in_another_tab_first_loses_nothing_either(
    service: Service, client: httpx2.Client, claire: httpx2.Client, ticket: dict[str, Any]
) -> None:
    form = opened(claire, ticket)
    end_session(service, claire)
    log_in_again(service, claire)
    stale = claire.post(at(ticket, "/repondre"), data=form, headers=OURS)
    assert stale.status_code == 403
    assert "vous vous êtes reconnecté(e)" in stale.text
    done = claire.post(
        at(ticket, "/repondre"), data=sent_again(stale, corps="Relu, et corrigé."), headers=OURS
    )
    assert done.status_code == 303
    assert messages(client, ticket) == [("internal", "Relu, et corrigé.")]


def test_files_are_told_lost_and_nothing_leaves_without_them(
    service: Service, client: httpx2.Client, claire: httpx2.Client, ticket: dict[str, Any]
) -> None:
    form = opened(claire, ticket)
    end_session(service, claire)
    files = [("pieces", ("plan.pdf", PDF, "application/pdf"))]
    ended = claire.post(at(ticket, "/repondre"), data=form, files=files, headers=OURS)
    assert given_back(ended) == {"corps": TEXT}
    assert "Vos fichiers joints n’ont pas été gardés" in ended.text
    log_in_again(service, claire)
    shown = claire.post(at(ticket, "/repondre"), data=sent_again(ended), headers=OURS)
    assert shown.status_code == 200
    assert "leurs « limites »" in unescape(shown.text)
    assert 'value="internal" checked' in shown.text
    assert messages(client, ticket) == []


def test_a_form_too_heavy_to_be_read_whole_gives_its_text_and_is_not_sent(
    service: Service, claire: httpx2.Client, ticket: dict[str, Any]
) -> None:
    form = opened(claire, ticket)
    end_session(service, claire)
    files = [("pieces", ("plan.pdf", PDF + b"x" * 3 * _READ_BYTES, "application/pdf"))]
    ended = claire.post(at(ticket, "/repondre"), data=form, files=files, headers=OURS)
    assert ended.status_code == 403
    assert given_back(ended) == {"corps": TEXT}
    assert "Copiez votre texte" in ended.text
    assert 'type="submit"' not in ended.text
    assert RESUME not in ended.headers.get("set-cookie", "")


def test_the_reason_of_a_hand_over_comes_back_too(
    service: Service, claire: httpx2.Client, ticket: dict[str, Any]
) -> None:
    form = {"csrf": csrf(claire.get(at(ticket))), "equipe": "x", "motif": "Elle connaît l’élu."}
    end_session(service, claire)
    ended = claire.post(at(ticket, "/confier"), data=form, headers=OURS)
    assert given_back(ended) == {"motif": "Elle connaît l’élu."}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_gets_nothing_shown(
    service: Service, claire: httpx2.Client, ticket: dict[str, Any], site: str
) -> None:
    form = opened(claire, ticket)
    end_session(service, claire)
    headers = {"Sec-Fetch-Site": site}
    for known in (False, True):
        if known:
            log_in_again(service, claire)
        refused = claire.post(at(ticket, "/repondre"), data=form, headers=headers)
        assert refused.status_code == 403
        assert "depuis un autre site" in refused.text
        assert given_back(refused) == {}
        assert RESUME not in refused.headers.get("set-cookie", "")


def test_a_browser_that_does_not_say_where_forms_come_from_copies(
    service: Service, claire: httpx2.Client, ticket: dict[str, Any]
) -> None:
    form = opened(claire, ticket)
    end_session(service, claire)
    ended = claire.post(at(ticket, "/repondre"), data=form)
    assert given_back(ended) == {"corps": TEXT}
    assert 'type="submit"' not in ended.text
    assert RESUME not in ended.headers.get("set-cookie", "")


def test_the_token_is_worth_something_at_its_address_and_in_its_browser_only(
    service: Service, client: httpx2.Client, claire: httpx2.Client, ticket: dict[str, Any]
) -> None:
    form = opened(claire, ticket)
    end_session(service, claire)
    ended = claire.post(at(ticket, "/repondre"), data=form, headers=OURS)
    log_in_again(service, claire)
    elsewhere = create(client)
    fields = sent_again(ended, corps="Ailleurs.")
    assert claire.post(at(elsewhere, "/repondre"), data=fields, headers=OURS).status_code == 403
    claire.cookies.delete(RESUME)
    assert claire.post(at(ticket, "/repondre"), data=fields, headers=OURS).status_code == 403
    assert messages(client, elsewhere) == messages(client, ticket) == []


def test_a_form_without_text_is_refused_as_before(
    service: Service, claire: httpx2.Client, ticket: dict[str, Any]
) -> None:
    form = {"csrf": csrf(claire.get(at(ticket)))}
    end_session(service, claire)
    for data in (form, {"corps": "   "}, {}):
        refused = claire.post(at(ticket, "/prendre"), data=data, headers=OURS)
        assert refused.status_code == 403
        assert "Ce formulaire n’est plus valable" in refused.text
    broken = {**OURS, "Content-Type": "multipart/form-data"}
    refused = claire.post(at(ticket, "/prendre"), content=b"--x\r\n", headers=broken)
    assert refused.status_code == 403
