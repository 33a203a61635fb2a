"""What the webhook endpoints receive and return."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.webhooks.models import Delivery, Webhook

Event = Literal["ticket.created", "ticket.updated", "ticket.message"]
DeliveryStatus = Literal["en_attente", "remis", "abandonne"]


class WebhookCreate(BaseModel):
    """Adresse à prévenir, et de quoi."""

    model_config = ConfigDict(
        extra="ignore",
        str_strip_whitespace=True,
        json_schema_extra={
            "examples": [
                {"url": "https://partenaire.exemple.fr/orientation", "events": ["ticket.created"]}
            ]
        },
    )

    url: Annotated[str, Field(min_length=1, max_length=2000, description="Adresse en https.")]
    events: Annotated[list[Event], Field(min_length=1, max_length=3)] = [
        "ticket.created",
        "ticket.updated",
        "ticket.message",
    ]


def webhook_json(webhook: Webhook) -> dict[str, Any]:
    """Return a webhook, without its secret."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events,
        "created_by": webhook.created_by,
        "created_at": webhook.created_at.isoformat(),
    }


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """Return one line of the delivery log."""
    following, delivered = delivery.next_attempt_at, delivery.delivered_at
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "event": delivery.event,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "next_attempt_at": following.isoformat() if following else None,
        "delivered_at": delivered.isoformat() if delivered else None,
        "created_at": delivery.created_at.isoformat(),
        "payload": delivery.payload,
    }
