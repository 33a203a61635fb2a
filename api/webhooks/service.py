"""What is told to partner systems, written in the transaction of what happened."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.repository import JobRepository
from api.webhooks.models import Delivery
from api.webhooks.repository import DELIVER, WebhookRepository

EVENTS = ("ticket.created", "ticket.updated", "ticket.message")


async def announce(session: AsyncSession, event: str, data: dict[str, Any]) -> None:
    """Write what will be sent to each webhook that wants this event; nothing leaves before."""
    event_id, created_at = f"evt_{uuid.uuid4().hex}", datetime.now(UTC)
    body = {"id": event_id, "type": event, "created_at": created_at.isoformat(), "data": data}
    await WebhookRepository(session).announce(
        event, event_id=event_id, body=body, created_at=created_at
    )


async def replay(session: AsyncSession, delivery: Delivery) -> None:
    """Send a delivery again, with the same event id, as if it never had been."""
    delivery.status = "en_attente"
    delivery.tries = 0
    delivery.next_attempt_at = datetime.now(UTC)
    await _send_soon(session, delivery)


async def _send_soon(session: AsyncSession, delivery: Delivery) -> None:
    await JobRepository(session).add(
        DELIVER, {"delivery": delivery.id}, dedupe=f"{DELIVER}:{delivery.id}"
    )
