"""Writes mails: French, plain text and HTML, from the templates of `modeles/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from assistant.replies import french_date

_TEMPLATES = Path(__file__).parent / "modeles"
_LONGEST_LINE = 998  # RFC 5322, 2.1.1


class MailInvalid(ValueError):
    """The address or the name cannot stand in a header."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a mail stands among the others of its request (RFC 5322, 3.6.4).

    `reply_to` is the signed address of the request, `answers` the élu's last mail.
    """

    reference: str
    reply_to: Address | None = None
    answers: str | None = None

    def headers(self, domain: str) -> dict[str, str]:
        """Return the headers that put the mail in its place."""
        root = f"<{self.reference.lower()}@{domain}>"
        known = [root, *([self.answers] if self.answers else [])]
        return {"In-Reply-To": known[-1], "References": " ".join(known)}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["date_fr"] = french_date
    return environment


@cache
def _subjects() -> dict[str, str]:
    subjects: dict[str, str] = yaml.safe_load(
        (_TEMPLATES / "objets.yml").read_text(encoding="utf-8")
    )
    return subjects


def write_letter(kind: str, **facts: Any) -> Letter:
    """Return the letter of this kind; a missing fact is an error, never a hole."""
    environment = _environment()
    subject = environment.from_string(_subjects()[kind]).render(**facts)
    text = environment.get_template(f"{kind}.txt").render(**facts)
    html = environment.get_template(f"{kind}.html").render(sujet=subject, **facts)
    return Letter(subject, text, html)


def build_message(
    letter: Letter,
    *,
    sender: Address,
    to: str,
    to_name: str | None,
    mail_id: str,
    now: datetime,
    thread: Thread | None = None,
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """Return the message as it leaves; `headers` are the others that it needs.

    Raises MailInvalid when a header would hold a line break or no address.
    """
    message = EmailMessage()
    try:
        message["From"] = sender
        message["To"] = Address(to_name or "", addr_spec=to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{mail_id}@{sender.domain}>"
        others = dict(headers or {}) | (thread.headers(sender.domain) if thread else {})
        for name, value in others.items():
            message[name] = value
        if thread is not None and thread.reply_to is not None:
            message["Reply-To"] = thread.reply_to
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "fr"
    except (ValueError, IndexError) as error:
        raise MailInvalid from error
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # An address that is longer than a line is not cut, which mailboxes would not read.
    message.policy = message.policy.clone(max_line_length=_LONGEST_LINE)
    return message
