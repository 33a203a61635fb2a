"""What the webhook endpoints receive and return."""

from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field

from api.bodies import Body, Line
from api.webhooks.models import Delivery, Webhook

Event = Literal["ticket.created", "ticket.updated", "ticket.message"]
DeliveryStatus = Literal["en_attente", "remis", "abandonne"]


class WebhookCreate(Body):
    """Adresse à prévenir, et de quoi."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"url": "https://partenaire.exemple.fr/orientation", "events": ["ticket.created"]}
            ]
        },
    )

    url: Annotated[Line, Field(min_length=1, max_length=2000, description="Adresse en https.")]
    events: Annotated[list[Event], Field(min_length=1, max_length=3)] = Field(
        default_factory=lambda: list(get_args(Event))
    )


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
