"""SQL of the webhooks, and nothing else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Text, bindparam, cast, delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.repository import adding_selected
from api.webhooks.models import DELIVERIES, Delivery, Webhook

DELIVER = "webhook.deliver"


def _announcing() -> Executable:
    """Return how to write each delivery of an event, and its job."""
    told = {
        Delivery.event_id: "event_id",
        Delivery.event: "event",
        Delivery.payload: "payload",
        Delivery.next_attempt_at: "created_at",
    }
    fixed = {Delivery.status: "en_attente", Delivery.attempts: [], Delivery.tries: 0}
    wanted = select(
        cast(func.gen_random_uuid(), Text),
        Webhook.id,
        *(bindparam(name, type_=column.type) for column, name in told.items()),
        *(literal(value, column.type) for column, value in fixed.items()),
    ).where(Webhook.events.contains(bindparam("wanted", type_=ARRAY(Text))))
    columns = [each.key for each in (Delivery.id, Delivery.webhook_id, *told, *fixed)]
    written = (
        insert(DELIVERIES)
        .from_select(columns, wanted, include_defaults=False)
        .returning(DELIVERIES.c.id)
        .cte("remises")
    )
    return adding_selected(
        select(
            literal(DELIVER),
            func.jsonb_build_object("delivery", written.c.id),
            literal(f"{DELIVER}:").concat(written.c.id),
        )
    )


# Written once: to build it anew cost more than to run it.
_ANNOUNCE = _announcing()


class WebhookRepository:
    """Reads and writes webhooks and their deliveries through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: Webhook | Delivery) -> None:
        """Keep a new webhook or a new delivery."""
        self._session.add(row)
        await self._session.flush()

    async def get(self, webhook_id: str) -> Webhook | None:
        """Return a webhook."""
        return await self._session.get(Webhook, webhook_id)

    async def all(self) -> Sequence[Webhook]:
        """Return every webhook, oldest first."""
        query = select(Webhook).order_by(Webhook.created_at, Webhook.id)
        return (await self._session.execute(query)).scalars().all()

    async def announce(
        self, event: str, *, event_id: str, body: dict[str, Any], created_at: datetime
    ) -> None:
        """Write a delivery for each webhook that wants this event, and its job: one statement."""
        told = {"event": event, "event_id": event_id, "payload": body, "created_at": created_at}
        await self._session.execute(_ANNOUNCE, {"wanted": [event], **told})

    async def remove(self, webhook_id: str) -> bool:
        """Remove a webhook and its log; False when there is none."""
        removed = await self._session.execute(
            delete(Webhook).where(Webhook.id == webhook_id).returning(Webhook.id)
        )
        return removed.first() is not None

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """Return a delivery."""
        return await self._session.get(Delivery, delivery_id, with_for_update=True)

    async def deliveries(
        self, webhook_id: str, *, status: str | None, limit: int
    ) -> Sequence[Delivery]:
        """Return the last deliveries to a webhook, newest first."""
        query = select(Delivery).where(Delivery.webhook_id == webhook_id)
        if status is not None:
            query = query.where(Delivery.status == status)
        ordered = query.order_by(Delivery.created_at.desc(), Delivery.id).limit(limit)
        return (await self._session.execute(ordered)).scalars().all()
