"""Each refusal leaves one line in the log: its id, its route, its ticket; never what was sent."""

import json
import logging
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from api.courrier.adresse import sign_address
from api.database import connect
from api.links import link_secret, sign_link
from orientation_client import SignatureInvalid, read_webhook
from tests.api.console import csrf, enter
from tests.api.courrier import BOX, DOOR, RFC822, mail
from tests.api.receiver import wait_for
from tests.api.test_pieces import PDF, SVG
from tests.api.tickets import BODY, KEY, create, path
from tests.conftest import Chat, Service

SECRET = "Marie-Charlotte Delacroix-Vauquelin"  # what nobody must find in a log
PATCH = "PATCH /api/v1/tickets/{reference}"
ANSWER = "POST /console/demandes/{reference}/repondre"
AVIS = "/avis/{reference}/{lien}"


def refusals(service: Service, event: str = "request refused") -> list[dict[str, Any]]:
    """The lines of the log that tell a refusal."""
    lines = [each for each in list(service.output) if f'"event": "{event}"' in each]
    return [json.loads(each) for each in lines]


@pytest.fixture
def told(service: Service) -> Callable[..., None]:
    """Check the lines written since the test began: one for each refusal that is expected."""
    before = len(refusals(service))

    def check(*expected: tuple[str, int, str | None, str | None]) -> None:
        wait_for(lambda: len(refusals(service)) >= before + len(expected))
        found = refusals(service)[before:]
        shown = [(each["refusal"], each["status"], each["route"], each["ticket"]) for each in found]
        assert shown == list(expected)
        for each in found:
            assert set(each) == {
                *("event", "level", "logger", "timestamp"),
                *("refusal", "status", "route", "ticket"),
            }

    return check


@pytest.fixture(scope="module")
def advisor(service: Service) -> Iterator[httpx2.Client]:
    with enter(service, f"Romane {secrets.token_hex(4)}", "responsable") as opened:
        yield opened


Told = Callable[..., None]


def test_an_impossible_transition_and_a_stale_version(client: httpx2.Client, told: Told) -> None:
    ticket = create(client, nom=SECRET)
    for status, version in (("clos", '"1"'), ("en_cours", '"7"'), ("en_cours", None)):
        headers = {**KEY, **({"If-Match": version} if version else {})}
        client.patch(path(ticket), json={"status": status}, headers=headers)
    reference = ticket["reference"]
    told(
        ("transition", 409, PATCH, reference),
        ("version_perimee", 412, PATCH, reference),
        ("if_match", 428, PATCH, reference),
    )


def test_a_name_that_would_inject_a_header(client: httpx2.Client, told: Told) -> None:
    for wrong in ({"nom": f"{SECRET}\r\nBcc: x"}, {"courriel": f"{SECRET}\r\nBcc: a@exemple.fr"}):
        made = client.post("/api/v1/tickets", json={**BODY, **wrong}, headers=KEY)
        assert made.status_code == 422
    route = "POST /api/v1/tickets"
    told(("nom_invalide", 422, route, None), ("courriel_invalide", 422, route, None))


@pytest.mark.parametrize(
    ("file", "refusal", "status"),
    [
        (("plan.pdf", PDF + b"\x00" * 25_000_000), "piece_lourde", 413),
        (("logo.svg", SVG), "piece_type", 422),
        (("logo.png", SVG), "piece_contenu", 422),
    ],
    ids=["25 Mo", "SVG", "SVG dit PNG"],
)
def test_a_file_that_is_not_let_in(
    advisor: httpx2.Client, told: Told, *, file: tuple[str, bytes], refusal: str, status: int
) -> None:
    with httpx2.Client(base_url=advisor.base_url, timeout=30) as client:
        ticket = create(client, nom=SECRET)
    page = advisor.get(f"/console/demandes/{ticket['reference']}")
    sent = advisor.post(
        f"/console/demandes/{ticket['reference']}/repondre",
        data={"csrf": csrf(page), "corps": SECRET, "visibilite": "internal", "version": "1"},
        files={"pieces": (*file, "application/octet-stream")},
    )
    assert sent.status_code == status
    told((refusal, status, ANSWER, ticket["reference"]))


def test_a_body_too_long_is_told_before_any_route_reads_it(
    client: httpx2.Client, told: Told
) -> None:
    ticket = create(client)
    body = {"body": SECRET * 50_000, "visibility": "public"}
    refused = client.post(path(ticket, "/messages"), json=body, headers=KEY)
    assert refused.status_code == 413
    route = "POST /api/v1/tickets/{reference}/messages"
    told(("trop_volumineux", 413, route, ticket["reference"]))


def test_a_stale_page_of_the_console(
    client: httpx2.Client, advisor: httpx2.Client, told: Told
) -> None:
    ticket = create(client)
    place = f"/console/demandes/{ticket['reference']}"
    form = {"csrf": csrf(advisor.get(place)), "corps": SECRET, "version": "9"}
    assert advisor.post(f"{place}/repondre", data=form).status_code == 409
    assert advisor.post(f"{place}/etat", data={**form, "etat": "clos"}).status_code == 409
    assert advisor.post(f"{place}/etat", data={"csrf": "0" * 64}).status_code == 403
    state = "POST /console/demandes/{reference}/etat"
    told(
        ("version_perimee", 409, ANSWER, ticket["reference"]),
        ("transition", 409, state, ticket["reference"]),
        ("formulaire_perime", 403, state, ticket["reference"]),
    )


async def test_a_link_that_is_past_or_forged(chat: Chat, service: Service, told: Told) -> None:
    database = connect(service.database_url)
    async with database.sessions.begin() as session:
        secret = await link_secret(session)
    await database.close()
    past = sign_link(secret, chat.id, expires_at=datetime.now(UTC) - timedelta(minutes=1))
    forged = past[:-6] + "AAAAAA"
    for link in (past, forged):
        read = chat.client.get(chat.path, headers={"Authorization": f"Bearer {link}"})
        assert read.status_code == 404
    reference = "OR-2026-AAAAAA"
    assert chat.client.get(f"/avis/{reference}/{forged}").status_code == 404
    assert chat.client.get(f"/courriels/arret/digest/inconnu/{forged}").status_code == 404
    conversation = "GET /api/v1/conversations/{conversation_id}"
    told(
        ("lien_expire", 404, conversation, None),
        ("lien_falsifie", 404, conversation, None),
        ("lien_falsifie", 404, f"GET {AVIS}", reference),
        ("lien_refuse", 404, "GET /courriels/arret/{genre}/{compte_id}/{lien}", None),
    )


def test_a_mail_to_a_forged_address(client: httpx2.Client, service: Service) -> None:
    before = len(refusals(service, "mail refused"))
    until = datetime.now(UTC) + timedelta(days=3)
    forged = BOX.address(sign_address(b"un autre secret", 1, expires_at=until)).addr_spec
    answer = client.post(DOOR, content=bytes(mail(SECRET, To=forged)), headers=RFC822)
    assert answer.json()["status"] == "quarantaine"
    wait_for(lambda: len(refusals(service, "mail refused")) > before)
    (line,) = refusals(service, "mail refused")[before:]
    assert line["refusal"] == "adresse_falsifiee"


def test_what_is_asked_of_nobody_is_not_told(client: httpx2.Client, service: Service) -> None:
    before = len(refusals(service))
    for address in ("/wp-login.php", "/api/v1/tickets/OR-2026-AAAAAA"):
        assert client.get(address, headers=KEY).status_code == 404
    client.patch(path(create(client)), json={"status": "clos"}, headers={**KEY, "If-Match": "*"})
    wait_for(lambda: len(refusals(service)) > before)
    assert [each["refusal"] for each in refusals(service)[before:]] == ["transition"]


def test_nothing_sent_is_in_the_log(service: Service) -> None:
    log = service.log()
    for each in SECRET.split():
        assert each not in log
    assert "Bcc" not in log


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"webhook-signature": "v1,AAAA"}, "signature_falsifiee"),
        ({"webhook-timestamp": "1"}, "heure_perimee"),
        ({"webhook-timestamp": "hier"}, "heure_absente"),
    ],
)
def test_a_forged_webhook_is_told_by_the_client_of_the_partners(
    caplog: pytest.LogCaptureFixture, change: dict[str, str], refusal: str
) -> None:
    now = int(datetime.now(UTC).timestamp())
    headers = {"webhook-id": SECRET, "webhook-timestamp": str(now), "webhook-signature": "v1,BBBB"}
    with (
        caplog.at_level(logging.WARNING, "orientation_client"),
        pytest.raises(SignatureInvalid),
    ):
        read_webhook("whsec_AAAA", headers={**headers, **change}, body=SECRET.encode())
    (record,) = caplog.records
    assert record.__dict__["refusal"] == refusal
    assert SECRET not in caplog.text
