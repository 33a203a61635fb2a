"""Reads what the service sends to a webhook, after checking that it comes from there.

The signature is that of the Standard Webhooks specification: HMAC-SHA256 of `id.timestamp.body`.
"""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

from orientation_client.errors import SignatureInvalid
from orientation_client.model import WebhookEvent

logger = logging.getLogger("orientation_client")
TOLERANCE = timedelta(minutes=5)


def read_webhook(
    secret: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    tolerance: timedelta = TOLERANCE,
    now: datetime | None = None,
) -> WebhookEvent:
    """Return the event of a request to your webhook.

    `secret` was given at the subscription (`whsec_…`); `body` is what was received, byte for byte.
    An event may come twice: remember its `id`. Raises SignatureInvalid when the signature is not
    the service's, or when the request is older than `tolerance` (or comes from the future); the
    refusal has a line in the log `orientation_client`, without a word of what came.
    """
    told = {name.lower(): value for name, value in headers.items()}
    event_id, timestamp = told.get("webhook-id", ""), told.get("webhook-timestamp", "")
    _check_moment(timestamp, now or datetime.now(UTC), tolerance)
    expected = _sign(secret, f"{event_id}.{timestamp}.".encode() + body)
    # Several signatures are given, separated by spaces, while a secret is being replaced.
    given = told.get("webhook-signature", "").split()
    matches = [hmac.compare_digest(expected, each.encode()) for each in given]
    if not any(matches):
        raise _refused("signature_falsifiee", "La signature n’est pas celle du service.")
    return cast("WebhookEvent", json.loads(body))


def _check_moment(timestamp: str, now: datetime, tolerance: timedelta) -> None:
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise _refused("heure_absente", "L’heure de l’envoi manque.")
    if abs(now.timestamp() - int(timestamp)) > tolerance.total_seconds():
        why = "L’envoi est trop ancien, ou l’horloge n’est pas à l’heure."
        raise _refused("heure_perimee", why)


def _refused(refusal: str, why: str) -> SignatureInvalid:
    logger.warning("webhook refused: %s", refusal, extra={"refusal": refusal})
    return SignatureInvalid(why)


def _sign(secret: str, signed: bytes) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        raise ValueError("the secret is not that of a webhook") from None
    return b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
