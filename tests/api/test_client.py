"""The Python client of partner systems, against the real service and its real webhooks."""

import contextlib
import io
import re
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from api.webhooks.signing import new_secret, signed_headers
from orientation_client import (
    Conflict,
    Invalid,
    NotFound,
    Orientation,
    Problem,
    SignatureInvalid,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    VersionStale,
    read_webhook,
)
from orientation_client.model import Ticket, TicketDetail
from orientation_client.retry import Patience, wait_asked
from tests.api.receiver import Receiver, receiving, wait_for
from tests.api.tickets import KEY, partner
from tests.conftest import API_KEY, ROOT

BESOIN = "Comment associer les habitants à la place du marché ?"
SECRET = new_secret()
BODY = b'{"id": "evt_1", "type": "ticket.created"}'
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


@pytest.fixture
def orientation(base_url: str) -> Iterator[Orientation]:
    with partner(base_url) as opened:
        yield opened


def test_a_partner_creates_walks_claims_answers_and_changes(orientation: Orientation) -> None:
    made = [orientation.create(besoin=BESOIN, courriel="m@exemple.fr") for _ in range(3)]
    walked = [each["reference"] for each in orientation.tickets(page_size=1, q="place du marche")]
    assert walked[:3] == [each.reference for each in reversed(made)]
    reference = made[0].reference
    claimed = orientation.claim(reference)
    assert claimed.ticket["status"] == "en_cours"
    orientation.write(reference, "Nous vous appelons jeudi.", idempotency_key="reponse-partenaire")
    orientation.write(reference, "Nous vous appelons jeudi.", idempotency_key="reponse-partenaire")
    orientation.write(reference, "Rappeler la préfecture.", visibility="internal")
    said = [(each["visibility"], each["body"]) for each in orientation.messages(reference)]
    assert said == [
        ("public", "Nous vous appelons jeudi."),
        ("internal", "Rappeler la préfecture."),
    ]
    read = orientation.ticket(reference)
    changed = orientation.change(reference, etag=read.etag, status="resolu", priority="haute")
    assert (changed.ticket["status"], changed.ticket["priority"]) == ("resolu", "haute")
    assert changed.etag != read.etag
    assert orientation.transcript(reference)["transcript"] == []


def test_the_types_are_those_of_the_service(orientation: Orientation) -> None:
    made = orientation.create(besoin=BESOIN, courriel="m@exemple.fr")
    assert set(Ticket.__annotations__) == set(made.ticket)
    assert set(TicketDetail.__annotations__) == set(orientation.ticket(made.reference).ticket)


def test_each_refusal_has_its_exception_and_its_french_sentence(orientation: Orientation) -> None:
    made = orientation.create(besoin=BESOIN, telephone="05 62 61 66 00", idempotency_key="suivi-1")
    with pytest.raises(NotFound):
        orientation.ticket("OR-2026/../ZZZZZZ")
    with pytest.raises(Invalid, match="adresse électronique") as invalid:
        orientation.create(besoin=BESOIN)
    assert invalid.value.fields == ("contact",)
    with pytest.raises(Invalid, match="idempotence"):
        orientation.create(besoin="Autre", telephone="05 62 61 66 00", idempotency_key="suivi-1")
    with pytest.raises(Conflict) as conflict:
        orientation.change(made.reference, etag=made.etag, status="clos")
    assert conflict.value.possible == ("en_cours",)
    orientation.claim(made.reference)
    with pytest.raises(VersionStale):
        orientation.change(made.reference, etag=made.etag, priority="basse")
    with pytest.raises(Conflict) as taken:
        orientation.claim(made.reference)
    assert taken.value.possible == ()


def test_a_wrong_key_is_told(base_url: str) -> None:
    with Orientation(base_url, key="fausse") as stranger, pytest.raises(Unauthorized, match="clé"):
        list(stranger.tickets())


def test_the_examples_of_the_documentation_work(
    base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORIENTATION_URL", base_url)
    monkeypatch.setenv("ORIENTATION_CLE", API_KEY)
    text = (ROOT / "docs" / "client-python.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        for example in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            exec(example, names)  # noqa: S102 - our own documentation
        body = b'{"type": "ticket.created", "data": {"ticket": {"reference": "OR-2026-7F3K9Q"}}}'
        signed = signed_headers(SECRET, event_id="evt_1", now=datetime.now(UTC), body=body)
        assert names["recevoir"](signed, body, SECRET) == 204
        assert names["recevoir"](signed, body + b" ", SECRET) == 401
    assert names["creee"].reference in printed.getvalue()
    assert "ticket.created OR-2026-7F3K9Q" in printed.getvalue()
    assert "entre-temps" not in printed.getvalue()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


def test_a_webhook_of_the_service_is_read(
    client: httpx2.Client, orientation: Orientation, receiver: Receiver
) -> None:
    wanted = {"url": receiver.url, "events": ["ticket.created"]}
    subscribed = client.post("/api/v1/webhooks", json=wanted, headers=KEY).json()
    made = orientation.create(besoin=BESOIN, courriel="m@exemple.fr")
    wait_for(lambda: len(receiver.received) == 1)
    told = receiver.received[0]
    event = read_webhook(subscribed["secret"], headers=told.headers, body=told.body)
    assert event["type"] == "ticket.created"
    assert event["data"]["ticket"]["reference"] == made.reference
    assert client.delete(f"/api/v1/webhooks/{subscribed['id']}", headers=KEY).status_code == 204


def sent(changes: Mapping[str, str] | None = None, *, now: datetime = NOW) -> Mapping[str, str]:
    return {**signed_headers(SECRET, event_id="evt_1", now=now, body=BODY), **(changes or {})}


def test_one_good_signature_among_several_is_enough() -> None:
    other = signed_headers(new_secret(), event_id="evt_1", now=NOW, body=BODY)["webhook-signature"]
    both = f"{other} {sent()['webhook-signature']}"
    headers = {name.title(): value for name, value in sent({"webhook-signature": both}).items()}
    assert read_webhook(SECRET, headers=headers, body=BODY, now=NOW)["id"] == "evt_1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        sent(now=NOW - timedelta(minutes=6)),
        sent(now=NOW + timedelta(minutes=6)),
        sent({"webhook-timestamp": "hier"}),
        sent({"webhook-id": "evt_2"}),
        sent({"webhook-signature": "v1,été"}),
        sent({"webhook-signature": ""}),
        signed_headers(new_secret(), event_id="evt_1", now=NOW, body=BODY),
    ],
)
def test_what_the_service_did_not_sign_just_now_is_refused(headers: Mapping[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        read_webhook(SECRET, headers=headers, body=BODY, now=NOW)


def test_a_secret_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="secret"):
        read_webhook("whsec_é", headers=sent(), body=BODY, now=NOW)


class Busy:
    """A service that answers what it is told to, then an empty list; `keys`: what it received."""

    def __init__(self, *answers: tuple[int, dict[str, str], str]) -> None:
        self.answers = list(answers)
        self.keys: list[str | None] = []
        self.url = ""


@contextlib.contextmanager
def serving(busy: Busy) -> Iterator[Busy]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            busy.keys.append(self.headers.get("idempotency-key"))
            created = (201, {"ETag": '"1"'}, '{"reference": "OR-2026-7F3K9Q"}')
            status, headers, body = busy.answers.pop(0) if busy.answers else created
            self.send_response(status)
            for name, value in {"Content-Type": "application/problem+json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    busy.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield busy
    finally:
        server.shutdown()
        server.server_close()


WAIT = (503, {"Retry-After": "0"}, '{"detail": "Réessayez dans un instant."}')


def attempt(busy: Busy) -> str:
    with Orientation(busy.url, key="k") as orientation:
        return orientation.create(besoin=BESOIN, courriel="m@exemple.fr").reference


def test_a_service_that_asks_to_wait_is_asked_again_with_the_same_key() -> None:
    limited = (429, {"Retry-After": format_datetime(NOW, usegmt=True)}, "{}")
    with serving(Busy(WAIT, limited)) as busy:
        assert attempt(busy) == "OR-2026-7F3K9Q"
    assert len(busy.keys) == 3
    assert len(set(busy.keys)) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "sentence", "times"),
    [
        (WAIT, Unavailable, "Réessayez dans un instant.", 4),
        ((429, {"Retry-After": "3600"}, "{}"), TooManyRequests, "429 sans explication", 1),
        ((503, {"Retry-After": "bientôt".encode().decode("latin-1")}, "[]"), Unavailable, "503", 1),
        ((502, {"Content-Type": "text/html"}, "<h1>Bad"), Problem, "502 sans explication", 1),
        ((500, {}, "{"), Problem, "500 sans explication", 1),
    ],
)
def test_patience_has_an_end_and_the_refusal_is_told(
    answer: tuple[int, dict[str, str], str], kind: type[Problem], sentence: str, times: int
) -> None:
    with serving(Busy(*[answer] * 5)) as busy, pytest.raises(kind, match=sentence):
        attempt(busy)
    assert len(busy.keys) == times


def test_a_date_to_wait_for_is_understood() -> None:
    later = format_datetime(NOW + timedelta(seconds=90), usegmt=True)
    answer = httpx2.Response(503, headers={"Retry-After": later})
    assert wait_asked(answer, now=NOW) == 90
    assert wait_asked(httpx2.Response(500, headers={"Retry-After": "1"}), now=NOW) is None


def test_nobody_waits_who_does_not_want_to() -> None:
    with (
        serving(Busy(WAIT)) as busy,
        Orientation(busy.url, key="k", patience=Patience(attempts=1)) as orientation,
        pytest.raises(Unavailable),
    ):
        orientation.create(besoin=BESOIN, courriel="m@exemple.fr")
