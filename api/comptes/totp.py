"""One-time codes (RFC 6238: SHA-1, thirty seconds, six digits) and recovery codes; no state."""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
RECOVERY_CODES = 10
_WINDOW = 1
_SECRET_BYTES = 20
_GROUP = 4
_RECOVERY_LENGTH = 16
# No 0, 1, I, O: they are written down on paper, then read again.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_secret() -> bytes:
    """Draw a secret: 160 bits, as the RFC advises."""
    return secrets.token_bytes(_SECRET_BYTES)


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a step."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(when: datetime) -> int:
    """Return the number of the thirty seconds that hold this moment."""
    return int(when.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, *, now: datetime, after: int | None) -> int | None:
    """Return the step that the code is of: now, the one before or the next; None otherwise.

    `after`: the last step that was used; neither it nor those before it are taken again.
    """
    present, found = step_of(now), None
    for step in range(present - _WINDOW, present + _WINDOW + 1):
        same = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if same and (after is None or step > after):
            found = step
    return found


def read_code(typed: str) -> str:
    """Return a code as it is compared: « 123 456 » is « 123456 », dashes do not count."""
    return "".join(each for each in typed.upper() if each.isascii() and each.isalnum())


def is_one_time(code: str) -> bool:
    """Tell a code of six digits from a recovery code."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def spelled(secret: bytes) -> str:
    """Return a secret as someone types it in an application: groups of four letters."""
    return _grouped(base64.b32encode(secret).decode().rstrip("="), " ")


def enrolment_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """Return what the QR code says to the application (`otpauth://`)."""
    label = quote(f"{issuer}:{account}", safe=":@")
    facts = {
        "secret": base64.b32encode(secret).decode().rstrip("="),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_SECONDS,
    }
    return f"otpauth://totp/{label}?{urlencode(facts, quote_via=quote)}"


def new_recovery_codes() -> list[str]:
    """Draw the codes that replace a lost phone, 80 bits each."""
    drawn = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    )
    return [_grouped(each, "-") for each in drawn]


def _grouped(text: str, by: str) -> str:
    return by.join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
