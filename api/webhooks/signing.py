"""Signature of what is sent, as the Standard Webhooks specification describes it.

The receiver computes HMAC-SHA256 of `id.timestamp.body` with the secret (base64 after `whsec_`),
compares it with `webhook-signature` (`v1,` then base64) and refuses an old timestamp.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

_PREFIX = "whsec_"


def new_secret() -> str:
    """Return a new secret of 32 random bytes."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, *, event_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = f"{event_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signed_headers(secret: str, *, event_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that let the receiver know who speaks, and when."""
    timestamp = int(now.timestamp())
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, event_id=event_id, timestamp=timestamp, body=body),
    }
