"""Signed links that reopen a conversation: a bearer that expires, and that nobody can make up.

`l1.<expiry>.<signature>`: nothing is stored but one secret; erasing the conversation kills its
links, and so does changing the secret.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base

_PREFIX = "l1."
_SECRET = "liens"  # noqa: S105 - its name


class ServiceSecret(Base):
    """A secret of this service, drawn at its first use, shared by all its processes."""

    __tablename__ = "service_secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]


class LinkExpired(Exception):
    """The link was ours; its term is past."""


async def link_secret(session: AsyncSession) -> bytes:
    """Return the secret that signs links, drawing it the first time."""
    drawn = insert(ServiceSecret).values(name=_SECRET, value=secrets.token_bytes(32))
    await session.execute(drawn.on_conflict_do_nothing())
    found = select(ServiceSecret.value).where(ServiceSecret.name == _SECRET)
    return (await session.execute(found)).scalar_one()


def sign_link(secret: bytes, conversation_id: str, *, expires_at: datetime) -> str:
    """Return the bearer that a link carries."""
    expiry = int(expires_at.timestamp())
    return f"{_PREFIX}{expiry}.{_signature(secret, conversation_id, expiry)}"


def is_link(token: str) -> bool:
    """Tell a link's bearer from the token given at the opening."""
    return token.startswith(_PREFIX)


def check_link(secret: bytes, conversation_id: str, token: str, *, now: datetime) -> bool:
    """Tell whether a link opens this conversation.

    Raises LinkExpired when it did, once.
    """
    expiry, _, signature = token.removeprefix(_PREFIX).partition(".")
    if not (expiry.isascii() and expiry.isdecimal()):
        return False
    expected = _signature(secret, conversation_id, int(expiry))
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return False
    if now >= datetime.fromtimestamp(int(expiry), UTC):
        raise LinkExpired
    return True


def _signature(secret: bytes, conversation_id: str, expiry: int) -> str:
    digest = hmac.new(secret, f"{conversation_id}.{expiry}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
