"""A real mailbox: an IMAP server in its own process, one folder per test."""

import imaplib
import itertools
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.courrier.boite import ImapServer, parse_mailbox
from api.rasa_process import free_port
from tests.api.certificats import Certificat
from tests.api.receiver import wait_for

_USER = ("boite", "secret")
_numbers = itertools.count(1)


@dataclass
class Imap:
    """The server; `tls`: nobody enters it in clear."""

    port: int
    tls: bool = False

    def open(self) -> imaplib.IMAP4:
        """Enter as the mail server does."""
        opened = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        if self.tls:
            opened.starttls(ssl._create_unverified_context())  # noqa: S323 - our own server
        opened.login(*_USER)
        return opened

    def answers(self) -> bool:
        """Tell whether it is ready."""
        try:
            self.open().logout()
        except (OSError, imaplib.IMAP4.error):
            return False
        return True


@dataclass
class Folder:
    """A mailbox of its own, and the folder of what is done."""

    imap: Imap
    name: str

    @property
    def url(self) -> str:
        """As an operator writes it."""
        return self.url_by("imap", self.imap.port)

    def url_by(self, scheme: str, port: int) -> str:
        """As an operator writes it, by another way."""
        user = ":".join(_USER)
        return f"{scheme}://{user}@127.0.0.1:{port}/{self.name}?traites={self.name}-faits"

    @property
    def server(self) -> ImapServer:
        """As the service reads it."""
        return parse_mailbox(self.url)

    def deliver(self, *mails: bytes) -> None:
        """Put mails in, as the mail server of a ministry would."""
        opened = self.imap.open()
        for each in mails:
            assert opened.append(self.name, "", "", each)[0] == "OK"
        opened.logout()

    def counts(self) -> tuple[int, int]:
        """Return how many mails wait, and how many are done."""
        opened = self.imap.open()
        found = [opened.select(each) for each in (self.name, f"{self.name}-faits")]
        opened.logout()
        waiting, done = (int(data[0] or 0) if told == "OK" else 0 for told, data in found)
        return waiting, done


@contextmanager
def imap_server(certificat: Certificat | None = None) -> Iterator[Imap]:
    """Start the server; with a certificate, it offers STARTTLS."""
    port = free_port()
    user, password = _USER
    tls = ("--cert", certificat.cert, "--key", certificat.key) if certificat else ("--no-tls",)
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("pymap")),
            *("--host", "127.0.0.1", "--port", str(port), *map(str, tls)),
            *("dict", "--demo-user", user, "--demo-password", password),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        started = Imap(port, tls=certificat is not None)
        wait_for(started.answers)
        yield started
    finally:
        process.kill()
        process.wait(timeout=10)


def new_folder(imap: Imap) -> Folder:
    """Make an empty mailbox."""
    folder = Folder(imap, f"Reponses{next(_numbers)}")
    opened = imap.open()
    opened.create(folder.name)
    opened.logout()
    return folder
