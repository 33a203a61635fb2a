"""Python client of the Orientation API, for partner systems; it needs httpx2 and nothing else.

Usage, in French: `docs/client-python.md`.
"""

from orientation_client.client import Orientation
from orientation_client.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    SignatureInvalid,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    VersionStale,
)
from orientation_client.model import (
    Criteria,
    Message,
    NewTicket,
    Ticket,
    TicketChanges,
    TicketDetail,
    Transcript,
    Versioned,
    WebhookEvent,
)
from orientation_client.webhooks import read_webhook

__all__ = [
    "Conflict",
    "Criteria",
    "Forbidden",
    "Invalid",
    "Message",
    "NewTicket",
    "NotFound",
    "Orientation",
    "Problem",
    "SignatureInvalid",
    "Ticket",
    "TicketChanges",
    "TicketDetail",
    "TooManyRequests",
    "Transcript",
    "Unauthorized",
    "Unavailable",
    "VersionStale",
    "Versioned",
    "WebhookEvent",
    "read_webhook",
]
