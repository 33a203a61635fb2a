"""An élu answers by mail: real SMTP, real IMAP, and the answer is in the request, once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import psycopg
import pytest

from api.courrier.adresse import (
    AddressExpired,
    AddressForged,
    parse_box,
    read_address,
    sign_address,
)
from api.courrier.boite import Mailbox, MailboxUnavailable, parse_mailbox
from api.courrier.reception import (
    OCTETS_PER_DAY_APART,
    PER_SENDER_AND_HOUR,
    PER_TICKET_AND_HOUR,
    Reception,
    TooManyMails,
)
from api.courrier.releve import COLLECT, CollectMails
from api.database import Database, connect
from api.doctor import examine
from api.jobs.repository import JobRepository
from api.jobs.worker import Worker
from api.links import link_secret
from api.mail.delivery import SendMail
from api.mail.service import SEND
from api.rasa_process import free_port
from api.retention import erase_old
from api.settings import Settings
from api.tickets.desk import TicketDesk
from api.tickets.repository import TicketRepository
from api.tickets.service import TicketService
from api.vie_privee import personne
from api.vie_privee.conservation import default_conservation
from assistant.ports import Demande
from tests.api.boite import Folder, Imap, imap_server, new_folder
from tests.api.courrier import BOX, mail
from tests.api.receiver import wait_for
from tests.api.test_mail import SENDER, mailbox
from tests.api.test_mail import Mailbox as SmtpMailbox
from tests.api.test_pieces import PDF

__all__ = ["mailbox"]
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ELU = "mairie@exemple.fr"


@pytest.fixture(scope="module")
def imap() -> Iterator[Imap]:
    with imap_server() as started:
        yield started


@pytest.fixture
def folder(imap: Imap) -> Folder:
    return new_folder(imap)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


@dataclass
class Case:
    """A request whose élu may answer, and the address that leads to it."""

    database: Database
    reference: str
    ticket_id: int
    address: str

    def rows(self, columns: str, table: str = "courriel_recu") -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.url) as connection:
            return connection.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608

    async def take_in(self, raw: bytes | EmailMessage) -> str:
        """Bring a mail, as a door does; return what became of it."""
        async with self.database.sessions.begin() as session:
            reception = Reception(session, box=BOX, domain="exemple.fr")
            return (await reception.take_in(bytes(raw))).recu.etat

    async def collect(self, folder: Folder) -> None:
        """Make one round of the mailbox, as the worker does."""
        handler = CollectMails(server=folder.server, box=BOX, domain="exemple.fr")
        async with self.database.sessions.begin() as session:
            await handler(session, {})

    def answer(self, text: str = "Jeudi nous convient.", **headers: str) -> EmailMessage:
        return mail(text, **{"To": self.address, **headers})


@pytest.fixture
async def case(database: Database) -> Case:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversation (id, token_hash, greeting, memory, tour, last_seq)"
            " VALUES ('c', '', '[]', '{}', 0, 0)"
        )
    async with database.sessions.begin() as session:
        demande = Demande(besoin="Relancer le conseil citoyen", nom="É. Lefèvre", courriel=ELU)
        ticket = await TicketService(session).create(demande, conversation_id="c")
        await session.flush()
        token = sign_address(
            await link_secret(session), ticket.id, expires_at=datetime.now(UTC) + timedelta(days=9)
        )
        address = BOX.address(token).addr_spec
        return Case(database, ticket.reference, ticket.id, address)


async def work_until(url: str, handlers: dict[str, Any], done: Callable[[], bool]) -> None:
    worker = Worker(url, handlers)
    worker.start()
    try:
        await asyncio.to_thread(wait_for, done)
    finally:
        await worker.stop()


def test_an_address_leads_to_its_request_until_its_term() -> None:
    token = sign_address(b"secret", 421, expires_at=NOW)
    address = BOX.address(token).addr_spec
    assert len(address.partition("@")[0]) <= 64
    assert BOX.token_in(["x@exemple.fr", address.upper()]) == token
    assert read_address(b"secret", token, now=NOW + timedelta(hours=2)) == 421
    with pytest.raises(AddressExpired):
        read_address(b"secret", token, now=NOW + timedelta(days=1))
    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), "", "a" * 32, token + "a"):
        with pytest.raises(AddressForged):
            read_address(b"secret", forged, now=NOW)
    with pytest.raises(AddressForged):
        read_address(b"autre", token, now=NOW)


@pytest.mark.parametrize(
    "value", ["reponse", "a+b@exemple.fr", "Nom <a@exemple.fr>", f"{'a' * 40}@exemple.fr", "@x"]
)
def test_a_box_that_cannot_bear_a_token_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_box(value)


@pytest.mark.parametrize(
    "value", ["http://a:b@c", "imaps://serveur/INBOX", "imaps://a:b@c/Reçus", 'imaps://a:b@c/"']
)
def test_a_wrong_mailbox_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_mailbox(value)


async def test_the_whole_loop(
    case: Case, mailbox: SmtpMailbox, folder: Folder, database_url: str
) -> None:
    """The advisor answers, the élu answers the mail, the advisor answers again."""
    send = SendMail(server=mailbox.server, sender=SENDER, public_url="https://exemple.fr", box=BOX)
    collect = CollectMails(server=folder.server, box=BOX, domain=SENDER.domain)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO webhook (id, url, secret, events, created_by)"
            " VALUES ('w', 'https://exemple.fr', 'x', '{ticket.message}', 'essai')"
        )
    await advise(case, "Quel jour vous convient ?", status="en_attente_elu")
    await work_until(database_url, {SEND: send}, lambda: sent(case) == 1)
    (first,) = mailbox.mails
    assert first["Reply-To"].addresses[0].addr_spec.startswith("reponse+")
    assert mailbox.senders == [first["Reply-To"].addresses[0].addr_spec]  # reports come back too
    assert "au-dessus de cette ligne" in first.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    folder.deliver(bytes(as_thunderbird(first, "Jeudi à 14 h.")))
    await plan(case.database)
    await work_until(database_url, {COLLECT: collect}, lambda: folder.counts() == (0, 1))
    assert case.rows("author, canal, body", "ticket_message ORDER BY created_at")[-1] == (
        "elu",
        "courriel",
        "Jeudi à 14 h.",
    )
    assert case.rows("status", "ticket") == [("en_cours",)]
    assert case.rows("author, text", "conversation_item WHERE text IS NOT NULL ORDER BY seq") == [
        ("conseiller", "Quel jour vous convient ?"),
        ("elu", "Jeudi à 14 h."),
    ]
    events = case.rows("kind, actor", "ticket_event ORDER BY id")
    assert events[-2:] == [("elu_replied", "elu"), ("message", "elu")]
    assert case.rows("event, payload->'data'->'message'->>'author'", "webhook_delivery")[-1] == (
        "ticket.message",
        "elu",
    )
    await advise(case, "Entendu, à jeudi.")
    await work_until(database_url, {SEND: send}, lambda: sent(case) == 2)
    assert mailbox.mails[1]["In-Reply-To"] == "<reponse-1@mairie.exemple.fr>"
    assert mailbox.mails[1]["References"].split()[0] == first["References"]


def sent(case: Case) -> int:
    """Return how many mails left, for good."""
    return len(case.rows("id", "mail WHERE status = 'envoye'"))


async def advise(case: Case, body: str, *, status: str | None = None) -> None:
    async with case.database.sessions.begin() as session:
        ticket = await TicketService(session).get(case.reference, lock=True)
        assert ticket is not None
        desk = TicketDesk(session)
        if ticket.assignee is None:
            await desk.claim(ticket, actor="A. Martin")
        await desk.write(ticket, body=body, visibility="public", actor="A. Martin")
        if status is not None:
            await session.flush()
            await desk.change(ticket, {"status": status}, actor="A. Martin", version=ticket.version)


def as_thunderbird(received: EmailMessage, text: str) -> EmailMessage:
    """Answer a mail as this program does, whole quotation below."""
    body = received.get_body(("plain",))
    assert body is not None
    quoted = "".join(f"> {each}\n" for each in body.get_content().splitlines())
    message = EmailMessage(policy=SMTP)
    message["From"] = received["To"]
    message["To"] = received["Reply-To"]
    message["Subject"] = f"Re: {received['Subject']}"
    message["Message-ID"] = "<reponse-1@mairie.exemple.fr>"
    message["In-Reply-To"] = received["Message-ID"]
    message.set_content(
        f"{text}\n\nLe 10/03/2026 à 10:02, Cellule d’orientation a écrit :\n{quoted}"
    )
    return message


async def plan(database: Database) -> None:
    async with database.sessions.begin() as session:
        await JobRepository(session).add(COLLECT, {}, dedupe=COLLECT)


async def test_killed_before_the_commit_the_mail_is_still_there(case: Case, folder: Folder) -> None:
    folder.deliver(bytes(case.answer()))
    handler = CollectMails(server=folder.server, box=BOX, domain="exemple.fr")
    async with case.database.sessions() as session:
        await handler(session, {})
        await session.rollback()
    assert folder.counts() == (1, 0)
    assert case.rows("id", "ticket_message") == []
    await case.collect(folder)
    assert len(case.rows("id", "ticket_message")) == 1


async def test_killed_after_the_commit_the_mail_is_moved_and_not_doubled(
    case: Case, folder: Folder
) -> None:
    folder.deliver(bytes(case.answer()))
    await case.collect(folder)
    assert folder.counts() == (1, 0)
    await case.collect(folder)
    assert folder.counts() == (0, 1)
    assert len(case.rows("id", "ticket_message")) == 1


async def test_the_same_mail_by_two_doors_or_twice_in_the_box_is_one(
    case: Case, folder: Folder
) -> None:
    raw = bytes(case.answer(Message_ID="<1@exemple.fr>"))
    folder.deliver(raw, b"Received: par un autre chemin\r\n" + raw)
    await asyncio.gather(case.take_in(raw), case.take_in(raw))
    for _ in range(3):
        await case.collect(folder)
    assert folder.counts() == (0, 2)
    assert len(case.rows("id", "ticket_message")) == 1


@pytest.mark.parametrize("lacks", [{"MOVE"}, {"MOVE", "UIDPLUS"}])
def test_a_server_that_cannot_move_copies_then_erases(folder: Folder, lacks: set[str]) -> None:
    folder.deliver(bytes(mail("Un")), bytes(mail("Deux")))
    with Mailbox(folder.server) as opened:
        opened._can -= lacks
        opened.put_away(opened.uids(limit=1))
    assert folder.counts() == (1, 1)


async def test_a_mail_that_is_too_heavy_is_told_on_the_request(case: Case, folder: Folder) -> None:
    message = case.answer()
    message.add_attachment(bytes(8_000_000), "application", "pdf", filename="plan.pdf")
    folder.deliver(bytes(message))
    for _ in range(2):
        await case.collect(folder)
    assert folder.counts() == (0, 1)
    assert case.rows("etat, motif, brut") == [("refuse", "trop_lourd", None)]
    assert case.rows("kind, changes->>'motif'", "ticket_event ORDER BY id")[-1] == (
        "mail_refused",
        "trop_lourd",
    )


async def test_a_mailbox_that_does_not_answer_is_tried_again(case: Case, folder: Folder) -> None:
    absent = parse_mailbox(f"imap://a:b@127.0.0.1:{free_port()}/INBOX")
    handler = CollectMails(server=absent, box=BOX, domain="exemple.fr", now=lambda: NOW)
    async with case.database.sessions.begin() as session:
        assert await handler(session, {}) == NOW + timedelta(minutes=5)
    with pytest.raises(MailboxUnavailable, match="identification"):
        Mailbox(parse_mailbox(folder.url.replace("secret", "autre")))


async def test_another_address_is_told_and_files_follow_the_rules(case: Case) -> None:
    message = case.answer(From="Adjointe <sylvie@exemple.fr>")
    message.add_attachment(PDF, "application", "pdf", filename="charte.pdf")
    message.add_attachment(b"MZ", "application", "octet-stream", filename="outil.exe")
    assert await case.take_in(message) == "recu"
    assert case.rows("adresse_differente, fichiers_refuses") == [(True, ["outil.exe"])]
    assert case.rows("nom, contenu", "ticket_piece") == [("charte.pdf", PDF)]
    assert await case.take_in(case.answer("Bien reçu")) == "recu"
    assert case.rows("adresse_differente", "courriel_recu ORDER BY recu_le")[-1] == (False,)


@pytest.mark.parametrize("status", ["en_attente_elu", "resolu", "clos"])
async def test_a_request_that_waited_or_was_done_is_the_advisors_again(
    case: Case, status: str
) -> None:
    with psycopg.connect(case.database.url, autocommit=True) as connection:
        connection.execute("UPDATE ticket SET status = %s", (status,))
    await case.take_in(case.answer())
    assert case.rows("status", "ticket") == [("en_cours",)]


@pytest.mark.parametrize(
    ("to", "motif"),
    [
        ("reponse@exemple.fr", "sans_adresse"),
        (f"reponse+{'a' * 32}@exemple.fr", "falsifiee"),
        (None, "perimee"),
        ("", "inconnue"),
    ],
)
async def test_what_leads_nowhere_is_kept_whole_apart(
    case: Case, to: str | None, motif: str
) -> None:
    if not to:
        async with case.database.sessions.begin() as session:
            secret = await link_secret(session)
        days, number = (-2, case.ticket_id) if to is None else (2, 999_999)
        until = datetime.now(UTC) + timedelta(days=days)
        to = BOX.address(sign_address(secret, number, expires_at=until)).addr_spec
    raw = bytes(mail("Je voudrais un rendez-vous", To=to))
    assert await case.take_in(raw) == "quarantaine"
    assert case.rows("motif, brut, ticket_id") == [(motif, raw, None)]
    assert case.rows("id", "ticket_message") == []


async def test_a_request_made_anonymous_takes_nothing_back(case: Case) -> None:
    async with case.database.sessions.begin() as session:
        await TicketRepository(session).forget_tickets([case.ticket_id], erased="[effacé]")
    assert await case.take_in(case.answer()) == "quarantaine"
    assert case.rows("motif") == [("inconnue",)]


async def test_a_person_is_found_and_erased_by_the_address_that_wrote(case: Case) -> None:
    await case.take_in(case.answer("Dans la demande"))
    await case.take_in(mail("Nulle part", From="sylvie@exemple.fr", To="reponse@exemple.fr"))
    async with case.database.sessions.begin() as session:
        found = await personne.find(session, "Sylvie@exemple.fr")
        told = await personne.export(session, found)
        assert [each["texte"] for each in told["courriels_recus"]] == ["Nulle part"]
        await personne.erase(session, found, erased="[effacé]")
    assert case.rows("texte") == [("Dans la demande",)]
    async with case.database.sessions.begin() as session:
        await personne.erase(session, await personne.find(session, ELU), erased="[effacé]")
    assert case.rows("texte") == []
    assert case.rows("body", "ticket_message") == []


async def test_what_was_received_leaves_at_its_term(case: Case) -> None:
    await case.take_in(case.answer("Dans la demande"))
    await case.take_in(mail("Nulle part", To="reponse@exemple.fr"))
    for days, left in ((59, 2), (61, 1), (370, 0)):
        with psycopg.connect(case.database.url, autocommit=True) as connection:
            connection.execute(
                "UPDATE courriel_recu SET recu_le = now() - make_interval(days => %s)", (days,)
            )
        async with case.database.sessions.begin() as session:
            await erase_old(session, default_conservation(), erased="[effacé]")
        assert len(case.rows("id")) == left
    assert case.rows("body", "ticket_message") == [("Dans la demande",)]


@pytest.mark.parametrize(
    ("imap_url", "name", "ok"),
    [
        (None, "Réponses par courriel (remises par un autre service)", True),
        ("{url}", "Boîte des réponses par courriel", True),
        ("imap://a:b@127.0.0.1:9/INBOX", "Boîte des réponses par courriel", False),
    ],
)
async def test_the_doctor_tells_whether_answers_come_in(
    folder: Folder, imap_url: str | None, name: str, ok: bool
) -> None:
    url = imap_url.format(url=folder.url) if imap_url else None
    found = await examine(Settings(mail_reply_to="reponse@exemple.fr", imap_url=url))
    (told,) = [each for each in found if each.name == name]
    assert (told.ok, bool(told.remedy)) == (ok, not ok)


def test_a_mailbox_without_its_address_is_a_wrong_setting() -> None:
    with pytest.raises(ValueError, match="ORIENTATION_MAIL_REPLY_TO"):
        Settings(imap_url="imaps://a:b@exemple.fr/INBOX")


async def test_the_answered_mail_leads_to_its_request_without_the_address(
    case: Case,
) -> None:
    await advise(case, "Quel jour ?")
    ((mail_id,),) = case.rows("id", "mail")
    told = mail("Jeudi", To="orientation@exemple.fr", References=f"<x@y> <{mail_id}@exemple.fr>")
    assert await case.take_in(told) == "recu"


async def test_an_automatic_answer_is_not_the_elus(case: Case) -> None:
    absent = case.answer("Je suis absente", Auto_Submitted="auto-replied")
    assert await case.take_in(absent) == "ignore"
    assert case.rows("id", "ticket_message") == []
    assert case.rows("kind", "ticket_event ORDER BY id")[-1] == ("auto_reply",)


def bounce(message_id: str, *, action: str = "failed") -> EmailMessage:
    """A report of non-delivery, as Postfix writes it (RFC 3464)."""
    lines = (
        "From: MAILER-DAEMON@exemple.fr\r\nTo: orientation@exemple.fr\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; exemple.fr\r\n\r\nFinal-Recipient: rfc822; mairie@exemple.fr\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    )
    from email import message_from_string
    from email.policy import default

    parsed = message_from_string(lines, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


async def test_a_mail_that_did_not_arrive_is_told_on_the_request(case: Case) -> None:
    await advise(case, "Quel jour ?")
    ((mail_id,),) = case.rows("id", "mail")
    assert await case.take_in(bounce("<inconnu@exemple.fr>")) == "ignore"
    assert await case.take_in(bounce(f"<{mail_id}@exemple.fr>", action="delayed")) == "ignore"
    assert await case.take_in(bounce(f"<{mail_id}@exemple.fr>")) == "echec"
    assert case.rows("status, error", "mail") == [("refuse", "5.1.1")]
    assert case.rows("kind, changes->>'code'", "ticket_event ORDER BY id")[-1] == (
        "mail_failed",
        "5.1.1",
    )


async def test_too_many_mails_are_refused_and_told_once(case: Case, folder: Folder) -> None:
    for number in range(PER_TICKET_AND_HOUR):
        await case.take_in(case.answer(f"Message {number}"))
    with pytest.raises(TooManyMails):
        await case.take_in(case.answer("Un de trop"))
    folder.deliver(bytes(case.answer("Un de trop")), bytes(case.answer("Deux de trop")))
    for _ in range(2):
        await case.collect(folder)
    assert folder.counts() == (0, 2)
    assert len(case.rows("id", "ticket_message")) == PER_TICKET_AND_HOUR
    told = case.rows("changes->>'motif'", "ticket_event WHERE kind = 'mail_refused'")
    assert told == [("trop_nombreux",)]


async def test_mails_forged_in_the_name_of_an_elu_do_not_silence_them(case: Case) -> None:
    for number in range(PER_SENDER_AND_HOUR):
        forged = mail(f"Faux {number}", To="reponse@exemple.fr", From=ELU)
        assert await case.take_in(forged) == "quarantaine"
    with pytest.raises(TooManyMails):
        await case.take_in(mail("Un faux de trop", To="reponse@exemple.fr", From=ELU))
    assert await case.take_in(case.answer("Le vrai", From=ELU)) == "recu"


async def test_the_quarantine_of_a_day_is_bounded_in_octets(case: Case) -> None:
    with psycopg.connect(case.database.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO courriel_recu (id, cle, etat, objet, texte, adresse_differente,"
            " fichiers_refuses, taille, recu_le) VALUES ('lourd', 'x', 'quarantaine', '', '',"
            " false, '{}', %s, now())",
            (OCTETS_PER_DAY_APART - 10,),
        )
    with pytest.raises(TooManyMails):
        await case.take_in(mail("Ne mène nulle part"))
    assert await case.take_in(case.answer()) == "recu"
