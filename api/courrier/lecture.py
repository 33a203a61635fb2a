"""Reads a mail: who wrote what, and what is joined. Pure; hostile mails are refused early."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from api.courrier.automatique import Failure, automatic_reason, read_failure
from api.courrier.decoupe import trim
from api.courrier.entetes import addresses, header, message_ids
from api.courrier.texte import decode, html_to_text, unflow
from api.pieces.accept import MAX_FILES, NewPiece, PieceRefused, accept, clean_name
from nlu.text import strip_invisible

MAX_BYTES = 10 * 1024 * 1024
"""Octets of the heaviest mail, as it travels (its files in base64 with it)."""

MAX_TEXT = 20_000
"""Characters of the longest message that a request keeps; as for an advisor's."""

_MAX_READ = 200_000
_MAX_HEADERS = 128 * 1024
_MAX_PARTS = 60
_MAX_DEPTH = 8
_LOGO_BYTES = 50_000
_HEAD_END = re.compile(rb"\r?\n\r?\n")
# What `email` lets out of a mail that no standard allows, such as a NUL in a charset.
_BROKEN = (AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_TO = ("delivered-to", "x-original-to", "envelope-to", "to", "cc", "resent-to")


class MailTooComplex(Exception):
    """The mail is built to harm, or broken: too many parts, too deep, endless headers."""


@dataclass(frozen=True, slots=True)
class Read:
    """A mail, as we read it.

    `written` is what its author wrote, `whole` all its text. `automatic` says by what a machine
    gives itself away, `failure` what a report of non-delivery tells. `refused` names the joined
    files that were not let in.
    """

    key: bytes
    message_id: str | None
    answers: tuple[str, ...]
    sender: str | None
    recipients: tuple[str, ...]
    subject: str
    written: str
    whole: str
    pieces: tuple[NewPiece, ...]
    refused: tuple[str, ...]
    automatic: str | None
    failure: Failure | None


def key_of(raw: bytes) -> bytes:
    """Return what a mail is known by, however many times it comes.

    The servers on its way add headers; its identifier, its author, its date and its body stay.
    Two mails that share a Message-ID by mistake remain two.
    """
    head, body = _split(raw)
    known = hashlib.sha256()
    for name in (b"message-id", b"from", b"date"):
        found = re.search(rb"^" + name + rb"\s*:(.*)", head, re.IGNORECASE | re.MULTILINE)
        known.update((found[1].strip() if found else b"") + b"\0")
    known.update(body.replace(b"\r\n", b"\n").strip())
    return known.digest()


def read_mail(raw: bytes, *, domain: str) -> Read:
    """Return a mail; `domain` is that of our own Message-IDs.

    Raises MailTooComplex, and nothing else, whatever the mail holds.
    """
    try:
        return _read(raw, domain)
    except _BROKEN:
        raise MailTooComplex from None


def _read(raw: bytes, domain: str) -> Read:
    message = _parse(raw)
    plain, pages, files = _sort(message)
    whole = strip_invisible("\n\n".join(plain) or "\n\n".join(pages))[:_MAX_READ].strip()
    pieces, refused = _let_in(files)
    automatic = automatic_reason(message)
    senders = addresses(message, "from")
    return Read(
        key=key_of(raw),
        message_id=next(iter(message_ids(message, "message-id")), None),
        answers=tuple(message_ids(message, "in-reply-to") + message_ids(message, "references")),
        sender=senders[0] if senders else None,
        recipients=tuple(addresses(message, *_TO)),
        subject=header(message, "subject"),
        written=trim(whole),
        whole=whole,
        pieces=pieces,
        refused=refused,
        automatic=automatic,
        failure=read_failure(message, domain=domain),
    )


def _split(raw: bytes) -> tuple[bytes, bytes]:
    end = _HEAD_END.search(raw)
    return (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")


def _parse(raw: bytes) -> EmailMessage:
    """Parse a mail; the parser has no limit of its own, it is stopped at the first part too many.

    Parts are counted as they are made: those of a bomb have no header to be known by.
    """
    if len(_split(raw)[0]) > _MAX_HEADERS:
        raise MailTooComplex
    made = 0

    def make() -> EmailMessage:
        nonlocal made
        made += 1
        if made > _MAX_PARTS:
            raise MailTooComplex
        return EmailMessage(default)

    return message_from_bytes(raw, make, policy=default)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    content: bytes


def _sort(message: EmailMessage) -> tuple[list[str], list[str], list[_File]]:
    """Return the plain texts, the pages and the files of a mail, in their order."""
    plain: list[str] = []
    pages: list[str] = []
    files: list[_File] = []
    for part, related in _leaves(message, 0, related=False):
        kind = part.get_content_type()
        content = _content(part)
        if _is_file(part):
            if not (related and _is_logo(part, content)):
                files.append(_File(_name(part), content))
        elif kind == "text/html":
            pages.append(html_to_text(decode(content, _param(part, "charset"))[:_MAX_READ]))
        else:
            plain.append(_plain(part, content))
    return [each for each in plain if each.strip()], pages, files


def _leaves(
    part: EmailMessage, depth: int, *, related: bool
) -> Iterator[tuple[EmailMessage, bool]]:
    """Return the parts that hold something; a joined mail is one file, never opened."""
    if depth > _MAX_DEPTH:
        raise MailTooComplex
    kind = part.get_content_type()
    inner = part.get_payload()
    if kind.startswith("multipart/") and isinstance(inner, list):
        for each in inner:
            if isinstance(each, EmailMessage):
                yield from _leaves(each, depth + 1, related=kind == "multipart/related" or related)
    else:
        yield part, related


def _content(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    inner = part.get_payload()
    joined = inner[0] if isinstance(inner, list) and inner else None
    return joined.as_bytes() if isinstance(joined, EmailMessage) else b""


def _is_file(part: EmailMessage) -> bool:
    kind = part.get_content_type()
    if kind not in ("text/plain", "text/html") and not kind.startswith("multipart/"):
        return True
    return _disposition(part) == "attachment" or bool(_raw_name(part))


def _is_logo(part: EmailMessage, content: bytes) -> bool:
    """Tell the small pictures of a signature from the photographs that someone sends."""
    shown = "content-id" in part and _disposition(part) != "attachment"
    return shown and part.get_content_maintype() == "image" and len(content) < _LOGO_BYTES


def _disposition(part: EmailMessage) -> str:
    return header(part, "content-disposition").partition(";")[0].strip().lower()


def _param(part: EmailMessage, name: str) -> str | None:
    try:
        value = part.get_param(name)
    except (ValueError, LookupError, AttributeError):
        return None
    return str(value[2] if isinstance(value, tuple) else value) if value else None


def _raw_name(part: EmailMessage) -> str:
    try:
        return str(part.get_filename() or "")
    except (ValueError, LookupError, AttributeError):
        return ""


def _name(part: EmailMessage) -> str:
    """Return the name of a file; without one, what it is."""
    return _raw_name(part) or part.get_content_type().replace("/", " ")


def _plain(part: EmailMessage, content: bytes) -> str:
    text = decode(content, _param(part, "charset"))[:_MAX_READ]
    if (_param(part, "format") or "").lower() == "flowed":
        return unflow(text, delsp=(_param(part, "delsp") or "").lower() == "yes")
    return "\n".join(text.splitlines())


def _let_in(files: list[_File]) -> tuple[tuple[NewPiece, ...], tuple[str, ...]]:
    """Return the files that `api.pieces` lets in, and the names of the others."""
    kept: list[NewPiece] = []
    refused: list[str] = []
    for each in files:
        try:
            piece = accept(each.name, each.content)
        except PieceRefused:
            refused.append(clean_name(each.name) or "fichier")
            continue
        if len(kept) < MAX_FILES:
            kept.append(piece)
        else:
            refused.append(piece.nom)
    return tuple(kept), tuple(refused)
