"""Signed reply addresses: `reponse+<token>@domaine` leads to one request; nobody can make one up.

The token is in base32, lower case: mail servers may change the case of an address. It holds the
number of the request, the day of its term and a truncated HMAC; nothing is stored.
"""

import base64
import binascii
import hashlib
import hmac
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address

_BODY = struct.Struct(">IH")
_MAC_BYTES = 14
_DAY = 86_400
# The secret signs links too: what is signed here can never pass for one of them.
_PURPOSE = b"courrier.v1:"
_TOKEN = re.compile(r"[a-z2-7]{32}")
TOKEN_LENGTH = 32
MAX_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1


class AddressForged(Exception):
    """The address bears a token that we did not sign."""


class AddressExpired(Exception):
    """The address was ours; its term is past."""


@dataclass(frozen=True, slots=True)
class ReplyBox:
    """The mailbox of the answers, such as `reponse@orientation.exemple.fr`."""

    local: str
    domain: str

    def address(self, token: str) -> Address:
        """Return the address of this box that leads to one request (RFC 5233, subaddress)."""
        return Address(username=f"{self.local}+{token}", domain=self.domain)

    def token_in(self, addresses: Iterable[str]) -> str | None:
        """Return the first token that these addresses bear, None without any."""
        for each in addresses:
            local, _, domain = each.strip().lower().rpartition("@")
            name, plus, token = local.partition("+")
            if plus and name == self.local.lower() and domain == self.domain.lower():
                return token
        return None


def parse_box(value: str) -> ReplyBox:
    """Read `reponse@domaine`.

    Raises ValueError when it is no address, bears a `+`, or is too long to bear a token.
    """
    local, arobase, domain = value.strip().rpartition("@")
    address = Address(username=local, domain=domain)
    if not arobase or "+" in local or not re.fullmatch(r"[A-Za-z0-9._-]+", local):
        raise ValueError(value)
    if len(local) + 1 + TOKEN_LENGTH > MAX_LOCAL_PART or not address.domain:
        raise ValueError(value)
    return ReplyBox(local, domain)


def sign_address(secret: bytes, ticket_id: int, *, expires_at: datetime) -> str:
    """Return the token that leads to a request until the end of a day (UTC)."""
    body = _BODY.pack(ticket_id, int(expires_at.timestamp()) // _DAY)
    return base64.b32encode(body + _mac(secret, body)).decode().lower()


def read_address(secret: bytes, token: str, *, now: datetime) -> int:
    """Return the number of the request that a token leads to.

    Raises AddressForged, AddressExpired.
    """
    if not _TOKEN.fullmatch(token):
        raise AddressForged
    try:
        raw = base64.b32decode(token.upper())
    except binascii.Error:
        raise AddressForged from None
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    if not hmac.compare_digest(mac, _mac(secret, body)):
        raise AddressForged
    ticket_id, last_day = _BODY.unpack(body)
    if now >= datetime.fromtimestamp((last_day + 1) * _DAY, UTC):
        raise AddressExpired
    return int(ticket_id)


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.new(secret, _PURPOSE + body, hashlib.sha256).digest()[:_MAC_BYTES]
