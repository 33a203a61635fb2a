"""The mailbox behind TLS: entered when the server proves who it is, never spoken to otherwise."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from api.courrier.boite import Mailbox, MailboxUnavailable, parse_mailbox
from api.courrier.releve import CollectMails
from api.database import connect
from api.doctor import examine
from api.settings import Settings
from tests.api.boite import Folder, Imap, imap_server, new_folder
from tests.api.certificats import Autorite, Porte, porte_tls
from tests.api.courrier import BOX, mail

SECRET = "secret"
AN_HOUR_AGO = timedelta(hours=-1)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Autorite:
    return Autorite(tmp_path_factory.mktemp("connue"))


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> Autorite:
    return Autorite(tmp_path_factory.mktemp("inconnue"), "Autorité inconnue")


@pytest.fixture(autouse=True)
def trusted(known: Autorite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the one authority, as this machine would; it has never heard of the other."""
    monkeypatch.setenv("SSL_CERT_FILE", str(known.file))


@pytest.fixture(scope="module")
def encrypting(known: Autorite) -> Iterator[Imap]:
    """A server that offers STARTTLS."""
    with imap_server(known.certify("127.0.0.1")) as started:
        yield started


@pytest.fixture(scope="module")
def clear(known: Autorite) -> Iterator[Imap]:
    """A server that speaks in clear, behind the doors below."""
    with imap_server() as started:
        yield started


@pytest.fixture(scope="module")
def doors(clear: Imap, known: Autorite, unknown: Autorite) -> Iterator[dict[str, Porte]]:
    certificates = {
        "sûr": known.certify("127.0.0.1"),
        "inconnu": unknown.certify("127.0.0.1"),
        "autre": known.certify("courriel.exemple.fr"),
        "périmé": known.certify("127.0.0.1", until=AN_HOUR_AGO),
    }
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(porte_tls(each, to=clear.port))
            for name, each in certificates.items()
        }


@pytest.fixture(params=["imaps", "imap+starttls"])
def way_in(
    request: pytest.FixtureRequest, encrypting: Imap, clear: Imap, doors: dict[str, Porte]
) -> tuple[Folder, str]:
    """A mailbox, and its address by TLS."""
    scheme = str(request.param)
    folder = new_folder(clear if scheme == "imaps" else encrypting)
    port = doors["sûr"].port if scheme == "imaps" else encrypting.port
    return folder, folder.url_by(scheme, port)


def refused(url: str) -> str:
    """Why the mailbox was not entered."""
    with pytest.raises(MailboxUnavailable) as caught:
        Mailbox(parse_mailbox(url))
    return caught.value.code


async def remedy(url: str) -> str:
    """What the doctor says of the mailbox; nothing when it is well."""
    found = await examine(Settings(mail_reply_to="reponse@exemple.fr", imap_url=url))
    (told,) = [each for each in found if each.name == "Boîte des réponses par courriel"]
    assert told.ok is not bool(told.remedy)
    return told.remedy


async def test_a_server_that_proves_who_it_is_is_entered(way_in: tuple[Folder, str]) -> None:
    folder, url = way_in
    folder.deliver(bytes(mail("Jeudi nous convient.")))
    with Mailbox(parse_mailbox(url)) as mailbox:
        (uid,) = mailbox.uids(limit=5)
        assert b"Jeudi nous convient." in (mailbox.read(uid) or b"")
        mailbox.put_away([uid])
    assert folder.counts() == (0, 1)
    assert await remedy(url) == ""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("inconnu", "certificat d’une autorité inconnue"),
        ("autre", "certificat d’un autre serveur"),
        ("périmé", "certificat périmé"),
    ],
)
async def test_a_wrong_certificate_is_told_and_hears_nothing(
    clear: Imap, doors: dict[str, Porte], name: str, why: str
) -> None:
    url = new_folder(clear).url_by("imaps", doors[name].port)
    assert refused(url) == why
    told = await remedy(url)
    assert f"{why}. Vérifiez le nom du serveur" in told
    assert f":{SECRET}@" not in told
    assert doors[name].heard == b""


def test_starttls_with_a_wrong_certificate_is_refused(
    encrypting: Imap, unknown: Autorite, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_folder(encrypting).url_by("imap+starttls", encrypting.port)
    monkeypatch.setenv("SSL_CERT_FILE", str(unknown.file))
    assert refused(url) == "certificat d’une autorité inconnue"


async def test_a_server_that_does_not_encrypt_is_left_before_the_secret(clear: Imap) -> None:
    url = new_folder(clear).url_by("imap+starttls", clear.port)
    assert refused(url) == "chiffrement non proposé"
    assert "essayez «\u00a0imaps://\u00a0» (port 993)" in await remedy(url)


async def test_the_worker_logs_why_without_a_secret_and_tries_again(
    clear: Imap, doors: dict[str, Porte], database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = parse_mailbox(new_folder(clear).url_by("imaps", doors["périmé"].port))
    collect = CollectMails(server=server, box=BOX, domain="exemple.fr")
    database = connect(database_url)
    with caplog.at_level(logging.WARNING):
        async with database.sessions.begin() as session:
            assert await collect(session, {}) is not None
    await database.close()
    (record,) = [each for each in caplog.records if each.name == "api.courrier.releve"]
    assert record.__dict__["error"] == "certificat périmé"
    assert SECRET not in str(record.__dict__)
