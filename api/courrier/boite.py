"""A mailbox read by IMAP (RFC 9051): what is in it, its mails, where those that are done go.

Blocking, as `imaplib` is: each call belongs in a thread.
"""

import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

_TIMEOUT_SECONDS = 20
_PORTS = {"imap": 143, "imaps": 993, "imap+starttls": 143}
_DONE = "Traites"
_NUMBER = re.compile(rb"(\d+)")


class MailboxUnavailable(Exception):
    """The mailbox cannot be read now; `code` says why in one word, without its address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CertificateRefused(MailboxUnavailable):
    """The server does not prove that it is the one that was named: nothing was said to it."""


class EncryptionRefused(MailboxUnavailable):
    """The server does not offer the encryption that is asked for: nothing was said to it."""


# Reasons of OpenSSL (X509_V_ERR_*, openssl/x509_vfy.h), as an operator reads them.
_CERTIFICATE_REASONS = {
    9: "certificat pas encore valable",
    10: "certificat périmé",
    18: "certificat signé par lui-même",
    19: "certificat d’une autorité inconnue",
    20: "certificat d’une autorité inconnue",
    21: "certificat d’une autorité inconnue",
    62: "certificat d’un autre serveur",
    64: "certificat d’un autre serveur",
}


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Where the mailbox is; `done` is the folder of the mails that were taken in."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str
    done: str

    @property
    def id(self) -> str:
        """What tells this mailbox from another, its address not shown."""
        told = f"{self.user}@{self.host}/{self.folder}"
        return hashlib.sha256(told.encode()).hexdigest()[:12]


def parse_mailbox(url: str) -> ImapServer:
    """Read `imaps://user:password@host:port/INBOX?traites=FOLDER` (imap+starttls, imap).

    Raises ValueError.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
        raise ValueError(url)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    done = parse_qs(parts.query).get("traites", [_DONE])[0]
    if not (folder + done).isascii() or any(each in folder + done for each in '"\\\r\n'):
        raise ValueError(url)
    return ImapServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=folder,
        done=done,
    )


class Mailbox:
    """An opened mailbox."""

    def __init__(self, server: ImapServer) -> None:
        """Open it.

        Raises MailboxUnavailable, or one of its kinds: CertificateRefused, EncryptionRefused.
        """
        self._server = server
        with _told("identification ou dossier refusé"):
            self._imap = _connect(server)
            self._enter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _enter(self) -> None:
        self._imap.login(self._server.user, self._server.password)
        self._check(self._imap.select(f'"{self._server.folder}"'))
        validity = self._imap.response("UIDVALIDITY")[1]
        self._validity = validity[0].decode() if validity and validity[0] else "0"
        # Many servers say more to who is known (RFC 9051, 7.2.2).
        told = self._check(self._imap.capability())
        self._can = set(told[0].decode().upper().split())

    def place(self, uid: int) -> str:
        """Return what a mail of this mailbox is known by, for as long as it stays there."""
        return f"{self._server.id}/{self._validity}/{uid}"

    def uids(self, *, limit: int) -> list[int]:
        """Return the first mails, oldest first, those to be erased aside."""
        with _told("SEARCH"):
            (found,) = self._check(self._imap.uid("SEARCH", "UNDELETED"))[:1]
            return sorted(int(each) for each in (found or b"").split())[:limit]

    def size(self, uid: int) -> int:
        """Return the octets of a mail, 0 when it is gone."""
        answers = self._fetch(uid, "RFC822.SIZE")
        found = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(_flat(answers)))
        return int(found[1]) if found else 0

    def read(self, uid: int) -> bytes | None:
        """Return a mail, left unread; None when it is gone."""
        return _literal(self._fetch(uid, "BODY.PEEK[]"))

    def head(self, uid: int) -> bytes | None:
        """Return the headers of a mail; None when it is gone."""
        return _literal(self._fetch(uid, "BODY.PEEK[HEADER]"))

    def put_away(self, uids: Sequence[int]) -> None:
        """Move mails to the folder of those that are done (RFC 6851, or RFC 4315 without it)."""
        if not uids:
            return
        chosen = ",".join(str(each) for each in uids)
        folder = f'"{self._server.done}"'
        with _told("MOVE"):
            if not self._moved(chosen, folder):
                self._allowed(self._imap.create, folder)
                if not self._moved(chosen, folder):
                    raise MailboxUnavailable("dossier des courriels traités")

    def _moved(self, chosen: str, folder: str) -> bool:
        if "MOVE" in self._can:
            return self._allowed(self._imap.uid, "MOVE", chosen, folder)
        if not self._allowed(self._imap.uid, "COPY", chosen, folder):
            return False
        self._check(self._imap.uid("STORE", chosen, "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in self._can:
            self._check(self._imap.uid("EXPUNGE", chosen))
        else:
            self._check(self._imap.expunge())
        return True

    def close(self) -> None:
        """Leave, whatever the state of the connection."""
        try:
            self._imap.logout()
        except (imaplib.IMAP4.error, OSError):
            self._imap.shutdown()

    def _fetch(self, uid: int, what: str) -> list[Any]:
        with _told("FETCH"):
            return self._check(self._imap.uid("FETCH", str(uid), f"({what})"))

    @staticmethod
    def _allowed(command: Any, *arguments: str) -> bool:
        """Tell whether the server did what it may refuse."""
        try:
            return bool(command(*arguments)[0] == "OK")
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return False

    @staticmethod
    def _check(answer: tuple[str, list[Any]]) -> list[Any]:
        if answer[0] != "OK":
            raise MailboxUnavailable("commande refusée")
        return answer[1]


@contextmanager
def _told(code: str) -> Iterator[None]:
    """Turn what goes wrong into one word."""
    try:
        yield
    except imaplib.IMAP4.error:
        raise MailboxUnavailable(code) from None
    except ssl.SSLCertVerificationError as error:
        reason = _CERTIFICATE_REASONS.get(error.verify_code, "certificat refusé")
        raise CertificateRefused(reason) from None
    except OSError as error:
        raise MailboxUnavailable(type(error).__name__) from None


def _connect(server: ImapServer) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if server.scheme == "imaps":
        return imaplib.IMAP4_SSL(
            server.host, server.port, ssl_context=context, timeout=_TIMEOUT_SECONDS
        )
    opened = imaplib.IMAP4(server.host, server.port, timeout=_TIMEOUT_SECONDS)
    if server.scheme == "imap+starttls":
        _encrypt(opened, context)
    return opened


def _encrypt(opened: imaplib.IMAP4, context: ssl.SSLContext) -> None:
    """Go on encrypted, or leave (RFC 9051, 6.2.1)."""
    try:
        opened.starttls(context)
    except (imaplib.IMAP4.error, OSError) as error:
        with suppress(OSError):
            opened.shutdown()
        if isinstance(error, OSError):
            raise
        raise EncryptionRefused("chiffrement non proposé") from None


def _flat(answers: list[Any]) -> list[bytes]:
    return [
        part
        for each in answers
        for part in (each if isinstance(each, tuple) else (each,))
        if isinstance(part, bytes)
    ]


def _literal(answers: list[Any]) -> bytes | None:
    found = next((each for each in answers if isinstance(each, tuple)), None)
    return bytes(found[1]) if found else None
