"""Headers of a mail that someone else wrote: on one line, short, whatever they hold."""

import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

from api.courrier.texte import decode
from nlu.text import strip_invisible

_LONGEST = 8_000
_SHOWN = 300
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,253}")


def header(message: EmailMessage, name: str) -> str:
    """Return a header, decoded (RFC 2047), as one line of 300 characters at most."""
    raw = next(_raw(message, name), "")
    try:
        told = str(make_header(decode_header(raw)))
    except (HeaderParseError, ValueError, LookupError):
        told = raw
    return " ".join(strip_invisible(told).split())[:_SHOWN]


def addresses(message: EmailMessage, *names: str) -> list[str]:
    """Return the addresses of these headers, lower-case; names and comments aside."""
    given = [each for name in names for each in _raw(message, name)]
    try:
        found = [address.strip().lower() for _, address in getaddresses(given)]
    except RecursionError:  # thousands of brackets, written to harm
        return []
    return [each for each in found if _ADDRESS.fullmatch(each)]


def message_ids(message: EmailMessage, name: str) -> list[str]:
    """Return the identifiers of a header that can stand in one of ours (RFC 5322, 3.6.4)."""
    return [each for told in _raw(message, name) for each in _MESSAGE_ID.findall(told)]


def _raw(message: EmailMessage, name: str) -> Iterator[str]:
    """Return the values of a header, unfolded; eight-bit bytes are read as text."""
    for key, value in message.raw_items():
        if key.lower() == name:
            told = str(value)[:_LONGEST].encode("utf-8", "surrogateescape")
            yield " ".join(strip_invisible(decode(told, None)).split())
