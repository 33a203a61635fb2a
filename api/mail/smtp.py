"""Hands a message to the SMTP server, and says in one word how it went."""

import asyncio
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from api.tls import mail_context

_TIMEOUT_SECONDS = 20
_PERMANENT = 500
SCHEMES = ("smtp", "smtps", "smtp+starttls")
_DEFAULT_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class MailRefused(Exception):
    """The server will never take this mail; `code` is its answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MailPostponed(Exception):
    """The server does not take this mail now; `code` is its answer or what went wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails are handed over."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None


def parse_server(url: str) -> SmtpServer:
    """Read `smtp://`, `smtps://` or `smtp+starttls://user:password@host:port`.

    Raises ValueError.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ValueError(url)
    return SmtpServer(
        parts.scheme,
        parts.hostname,
        parts.port or _DEFAULT_PORTS[parts.scheme],
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


async def send_message(
    server: SmtpServer, message: EmailMessage, *, bounces_to: str | None = None
) -> None:
    """Send a message; what says that it did not arrive goes to `bounces_to`, else to its author.

    Raises MailRefused (never again) or MailPostponed (try later).
    """
    try:
        await asyncio.to_thread(_send, server, message, bounces_to)
    except smtplib.SMTPAuthenticationError as error:  # our settings are wrong, not the address
        raise MailPostponed(f"identification {error.smtp_code}") from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _judge(next(iter(error.recipients.values()))[0]) from error
    except smtplib.SMTPResponseException as error:
        raise _judge(error.smtp_code) from error
    except smtplib.SMTPNotSupportedError as error:  # an address that this server cannot carry
        raise MailRefused("non pris en charge") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailPostponed(type(error).__name__) from error


def _judge(code: int) -> MailRefused | MailPostponed:
    return MailRefused(str(code)) if code >= _PERMANENT else MailPostponed(str(code))


def _send(server: SmtpServer, message: EmailMessage, bounces_to: str | None) -> None:
    where = (server.host, server.port)
    if server.scheme == "smtps":
        opened: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, timeout=_TIMEOUT_SECONDS, context=mail_context()
        )
    else:
        opened = smtplib.SMTP(*where, timeout=_TIMEOUT_SECONDS)
    with opened as connection:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=mail_context())
        if server.user is not None:
            connection.login(server.user, server.password or "")
        connection.send_message(message, from_addr=bounces_to)
