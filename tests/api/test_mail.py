"""The answer reaches the élu by mail: a real SMTP server that accepts, delays or refuses."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import httpx2
import psycopg
import pytest
from aiosmtpd.controller import Controller

from api.courrier.adresse import parse_box
from api.database import connect
from api.jobs.worker import Worker
from api.links import check_link, sign_link
from api.mail.delivery import SendMail
from api.mail.service import SEND
from api.mail.smtp import SmtpServer, parse_server
from api.rasa_process import free_port
from api.settings import Settings
from api.tickets.desk import TicketDesk
from api.tickets.service import TicketService
from assistant.ports import Demande
from tests.api.receiver import wait_for
from tests.conftest import API_KEY, Chat, Service

SENDER = Address("Cellule d'orientation", addr_spec="orientation@exemple.fr")
DEMANDE = Demande(
    besoin="Comment relancer notre <b>conseil</b> citoyen ?\nMerci d'avance.",
    nom="Éloïse Lefèvre",
    courriel="mairie@exemple.fr",
)
BODY = "Bonjour,\n\nJe vous appelle jeudi & <script>alert(1)</script>."


@dataclass
class Mailbox:
    """A mail server: its answers to RCPT, one after the other, then it accepts."""

    server: SmtpServer
    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, _: Any
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.senders.append(envelope.mail_from)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    port = free_port()
    opened = Mailbox(parse_server(f"smtp://127.0.0.1:{port}"))
    controller = Controller(opened, hostname="127.0.0.1", port=port)
    controller.start()
    yield opened
    controller.stop()


async def answer(database_url: str, demande: Demande = DEMANDE, **raw: str) -> str:
    """An advisor answers a request; `raw` forces columns, as no door of ours would let it."""
    database = connect(database_url)
    async with database.sessions.begin() as session:
        ticket = await TicketService(session).create(demande)
        for name, value in raw.items():
            setattr(ticket, name, value)
        await session.flush()
        await TicketDesk(session).write(ticket, body=BODY, visibility="public", actor="A. Martin")
        reference = ticket.reference
    await database.close()
    return reference


def mails(database_url: str, columns: str = "status, error, tries") -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(f"SELECT {columns} FROM mail").fetchall()  # noqa: S608


def events(database_url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT kind, changes->>'code' FROM ticket_event ORDER BY id"
        ).fetchall()


async def send_until(
    database_url: str, server: SmtpServer | None, condition: Callable[[], bool]
) -> None:
    handler = SendMail(
        server=server,
        sender=SENDER,
        public_url="https://orientation.exemple.fr",
        delays=(timedelta(),) * 2,
    )
    worker = Worker(database_url, {SEND: handler})
    worker.start()
    try:
        await asyncio.to_thread(wait_for, condition)
    finally:
        await worker.stop()


async def test_the_answer_leaves_in_french_as_text_and_html(
    database_url: str, mailbox: Mailbox
) -> None:
    reference = await answer(database_url)
    await send_until(database_url, mailbox.server, lambda: bool(mailbox.mails))
    (mail,) = mailbox.mails
    assert mailbox.recipients == ["mairie@exemple.fr"]
    assert mail["Subject"] == f"Réponse à votre demande {reference}"
    assert mail["To"].addresses[0].display_name == "Éloïse Lefèvre"
    assert mail["From"].addresses[0].addr_spec == "orientation@exemple.fr"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@exemple.fr>")
    assert mail["Date"]
    assert mail.get_content_type() == "multipart/alternative"
    text = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Bonjour Éloïse Lefèvre," in text.get_content()
    assert "<script>alert(1)</script>" in text.get_content()
    assert "<script>" not in html.get_content()
    assert "<b>conseil</b>" not in html.get_content()
    assert 'lang="fr"' in html.get_content()


@pytest.mark.parametrize("box", [None, "reponse@exemple.fr", "reponse@courriel.exemple.org"])
async def test_what_a_mail_says_of_its_sender_is_aligned_and_said_once(
    database_url: str, mailbox: Mailbox, box: str | None
) -> None:
    """What DKIM signs and DMARC compares: one header each, our domain wherever it counts."""
    reference = await answer(database_url)
    send = SendMail(
        server=mailbox.server,
        sender=SENDER,
        public_url="https://orientation.exemple.fr",
        box=parse_box(box) if box else None,
    )
    database = connect(database_url)
    before = datetime.now(UTC).replace(microsecond=0)
    async with database.sessions.begin() as session:
        ((mail_id,),) = mails(database_url, "id")
        assert await send(session, {"mail": mail_id}) is None
    await database.close()
    (mail,) = mailbox.mails
    signed = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")
    for name in (*signed, "In-Reply-To", "References", "Auto-Submitted"):
        assert len(mail.get_all(name, [])) == 1, name
    (author,) = mail["From"].addresses
    assert author.domain == "exemple.fr"
    assert re.fullmatch(r"<[0-9a-f-]{36}@exemple\.fr>", mail["Message-ID"])
    assert mail["References"] == f"<{reference.lower()}@exemple.fr>"
    written = mail["Date"].datetime
    assert written.utcoffset() is not None
    assert before <= written <= datetime.now(UTC)
    (envelope,) = mailbox.senders
    assert envelope.rpartition("@")[2] == "exemple.fr"
    assert ("+" in envelope) == (box == "reponse@exemple.fr")
    assert (mail["Reply-To"] is not None) == (box is not None)
    # An answer to the élu's own request is no mailing: it offers nothing to stop (RFC 8058).
    assert mail["List-Unsubscribe"] is None
    assert mail["Bcc"] is None
    assert mail["Sender"] is None


async def test_a_mail_refused_for_now_is_tried_again_over_two_days_then_told(
    database_url: str, mailbox: Mailbox
) -> None:
    waits = [timedelta(minutes=each) for each in (1, 5, 30, 2 * 60, 8 * 60, 16 * 60, 24 * 60)]
    mailbox.answers = ["451 Plus tard"] * 20
    await answer(database_url)
    send = SendMail(server=mailbox.server, sender=SENDER, public_url="https://o.exemple.fr")
    ((mail_id,),) = mails(database_url, "id")
    database = connect(database_url)
    done = 0
    while True:
        before = datetime.now(UTC)
        async with database.sessions.begin() as session:
            again = await send(session, {"mail": mail_id})
        if again is None:
            break
        assert before + waits[done] <= again <= datetime.now(UTC) + waits[done]
        done += 1
    await database.close()
    assert done == len(waits)
    assert mails(database_url) == [("abandonne", "451", 8)]
    assert events(database_url)[-1] == ("mail_failed", "451")
    assert mailbox.mails == []


async def test_a_server_that_says_later_gets_it_later_once(
    database_url: str, mailbox: Mailbox
) -> None:
    mailbox.answers = ["451 Réessayez", "450 Encore"]
    await answer(database_url)
    await send_until(database_url, mailbox.server, lambda: mails(database_url)[0][0] == "envoye")
    assert len(mailbox.mails) == 1
    assert mails(database_url) == [("envoye", None, 3)]


async def test_an_address_refused_for_good_is_told_on_the_ticket(
    database_url: str, mailbox: Mailbox
) -> None:
    mailbox.answers = ["550 Inconnu ici"]
    await answer(database_url)
    await send_until(database_url, mailbox.server, lambda: mails(database_url)[0][0] == "refuse")
    assert mails(database_url) == [("refuse", "550", 1)]
    assert events(database_url)[-1] == ("mail_failed", "550")
    assert mailbox.mails == []


async def test_a_server_that_is_down_for_too_long_is_told_on_the_ticket(database_url: str) -> None:
    await answer(database_url)
    absent = parse_server(f"smtp://127.0.0.1:{free_port()}")
    await send_until(database_url, absent, lambda: mails(database_url)[0][0] == "abandonne")
    assert events(database_url)[-1] == ("mail_failed", "ConnectionRefusedError")


async def test_without_a_server_mails_are_written_and_kept(database_url: str) -> None:
    reference = await answer(database_url)
    await send_until(database_url, None, lambda: mails(database_url)[0][0] == "sans_serveur")
    ((subject, text),) = mails(database_url, "subject, body_text")
    assert reference in subject
    assert "Je vous appelle jeudi" in text


@pytest.mark.parametrize(
    "raw",
    [
        {"nom": "Martin\r\nBcc: tous@exemple.fr"},
        {"courriel": "a@exemple.fr\r\nBcc: tous@exemple.fr"},
        {"courriel": "a@exemple.fr, b@exemple.fr"},
        {"courriel": "sans-arobase"},
    ],
)
async def test_a_header_cannot_be_injected(
    database_url: str, mailbox: Mailbox, raw: dict[str, str]
) -> None:
    await answer(database_url, DEMANDE, **raw)
    await send_until(database_url, mailbox.server, lambda: mails(database_url)[0][0] == "refuse")
    assert mailbox.mails == []
    assert events(database_url)[-1] == ("mail_failed", "adresse invalide")


async def test_an_internal_note_or_an_elu_without_address_gets_no_mail(database_url: str) -> None:
    database = connect(database_url)
    async with database.sessions.begin() as session:
        with_mail = await TicketService(session).create(DEMANDE)
        by_phone = await TicketService(session).create(
            Demande(besoin="Un appui", telephone="+33 5 62 00 00 00")
        )
        desk = TicketDesk(session)
        await desk.write(with_mail, body="À rappeler", visibility="internal", actor="a")
        await desk.write(by_phone, body="Bonjour", visibility="public", actor="a")
    await database.close()
    assert mails(database_url) == []


@pytest.mark.parametrize(
    ("conversation", "tail", "opens"),
    [("c1", "", True), ("c2", "", False), ("c1", "x", False)],
)
def test_a_link_opens_its_conversation_only(conversation: str, tail: str, opens: bool) -> None:
    now = datetime.now(UTC)
    link = sign_link(b"secret", "c1", expires_at=now + timedelta(days=1)) + tail
    assert check_link(b"secret", conversation, link, now=now) is opens
    assert not check_link(b"autre", "c1", link, now=now)


def test_the_mail_of_an_answer_reopens_the_conversation(chat: Chat, service: Service) -> None:
    key = {"Authorization": f"Bearer {API_KEY}"}
    body = {"besoin": "Un appui", "courriel": "mairie@exemple.fr"}
    ticket = chat.client.post("/api/v1/tickets", json=body, headers=chat.headers).json()
    place = f"/api/v1/tickets/{ticket['reference']}"
    chat.client.post(f"{place}/messages", json={"body": "Jeudi ?"}, headers=key)
    wait_for(lambda: bool(outbox(chat.client, ticket["reference"])))
    (mail,) = outbox(chat.client, ticket["reference"])
    link = re.search(r"#reprise=([\w-]+)\.(l1\S+)", mail["text"])
    assert link is not None
    assert link[1] == chat.id
    headers = {"Authorization": f"Bearer {link[2]}"}
    read = chat.client.get(chat.path, headers=headers)
    assert [each["text"] for each in read.json()["messages"] if each["text"]] == ["Jeudi ?"]
    other = Chat.open(chat.client)
    assert chat.client.get(other.path, headers=headers).status_code == 404
    state = chat.client.get(place, headers=key).json()["mails"]
    assert [each["status"] for each in state] == ["sans_serveur"]
    expired = expired_link(service.database_url, chat.id)
    late = chat.client.get(chat.path, headers={"Authorization": f"Bearer {expired}"})
    assert late.status_code == 404
    assert "durée limitée" in late.json()["detail"]
    chat.client.delete(chat.path, headers=chat.headers)
    assert outbox(chat.client, ticket["reference"]) == []
    assert chat.client.get(chat.path, headers=headers).status_code == 404


def outbox(client: httpx2.Client, reference: str) -> list[dict[str, Any]]:
    """The mails written for a ticket."""
    key = {"Authorization": f"Bearer {API_KEY}"}
    criteria = {"reference": reference, "status": "sans_serveur"}
    read = client.get("/api/v1/mails", params=criteria, headers=key)
    items: list[dict[str, Any]] = read.json()["items"]
    return items


def expired_link(database_url: str, conversation_id: str) -> str:
    """A link of ours whose term is past."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT value FROM service_secret").fetchone()
    assert row is not None
    past = datetime.now(UTC) - timedelta(minutes=1)
    return sign_link(bytes(row[0]), conversation_id, expires_at=past)


@pytest.mark.parametrize(
    "wrong", [{"smtp_url": "http://serveur"}, {"mail_from": "personne"}, {"mail_from": "a@b\nc@d"}]
)
def test_a_wrong_mail_setting_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exemple"):
        Settings(**wrong)
