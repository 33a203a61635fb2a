"""SQL of the webhooks, and nothing else."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.webhooks.models import Delivery, Webhook


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

    async def for_event(self, event: str) -> Sequence[Webhook]:
        """Return the webhooks that want this event."""
        query = select(Webhook).where(Webhook.events.contains([event]))
        return (await self._session.execute(query)).scalars().all()

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
