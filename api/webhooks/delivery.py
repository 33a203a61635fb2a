"""Sends a delivery, notes how it went, says when to try again."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from api.tls import http_context
from api.webhooks.models import Delivery, Webhook
from api.webhooks.repository import WebhookRepository
from api.webhooks.signing import signed_headers
from api.webhooks.targets import Network, TargetRefused, check_target

# Ten attempts over about three days: a partner system that is down for a week-end misses nothing.
DELAYS = (
    *(timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=2), timedelta(hours=6), timedelta(hours=12), timedelta(hours=24)),
    timedelta(hours=30),
)
_TIMEOUT_SECONDS = 10.0
_GONE = 410


class DeliverWebhook:
    """The handler of the jobs `webhook.deliver`."""

    def __init__(
        self, *, allowed: tuple[Network, ...] = (), delays: Sequence[timedelta] = DELAYS
    ) -> None:
        self._allowed = allowed
        self._delays = delays

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Try once; return when to try again, None when delivered or given up."""
        webhooks = WebhookRepository(session)
        delivery = await webhooks.delivery(payload["delivery"])
        if delivery is None:  # the webhook was removed meanwhile
            return None
        webhook = await webhooks.get(delivery.webhook_id)
        assert webhook is not None  # noqa: S101 - removed with its deliveries
        attempt = await self._attempt(webhook, delivery)
        return self._note(delivery, attempt)

    async def _attempt(self, webhook: Webhook, delivery: Delivery) -> dict[str, Any]:
        now, started = datetime.now(UTC), time.perf_counter()
        status, error = await self._send(webhook, delivery, now)
        spent = round((time.perf_counter() - started) * 1000)
        return {"at": now.isoformat(), "status": status, "error": error, "duration_ms": spent}

    async def _send(
        self, webhook: Webhook, delivery: Delivery, now: datetime
    ) -> tuple[int | None, str | None]:
        body = json.dumps(delivery.payload, ensure_ascii=False).encode()
        headers = signed_headers(webhook.secret, event_id=delivery.event_id, now=now, body=body)
        try:
            target = await check_target(webhook.url, allowed=self._allowed)
            async with (
                httpx2.AsyncClient(
                    trust_env=False,
                    verify=http_context(trust_env=False),
                    timeout=_TIMEOUT_SECONDS,
                ) as client,
                client.stream(
                    "POST",
                    target.pinned_url,
                    content=body,
                    headers={
                        **headers,
                        "Host": target.host_header,
                        "Content-Type": "application/json",
                        "User-Agent": "Orientation",
                    },
                    extensions={"sni_hostname": target.url.host},
                ) as answer,
            ):
                code = answer.status_code
        except TargetRefused:
            return None, "adresse_refusee"
        except httpx2.TimeoutException:
            return None, "delai_depasse"
        except httpx2.HTTPError:
            return None, "connexion_impossible"
        return code, None if answer.is_success else "reponse_en_erreur"

    def _note(self, delivery: Delivery, attempt: dict[str, Any]) -> datetime | None:
        delivery.attempts = [*delivery.attempts, attempt]
        delivery.tries += 1
        now = datetime.now(UTC)
        if attempt["error"] is None:
            delivery.status, delivery.delivered_at = "remis", now
        elif attempt["status"] == _GONE or delivery.tries > len(self._delays):
            delivery.status = "abandonne"
        else:
            delivery.next_attempt_at = now + self._delays[delivery.tries - 1]
            return delivery.next_attempt_at
        delivery.next_attempt_at = None
        return None
