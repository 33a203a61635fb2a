"""Webhooks: partner systems say where they want to be told, read the log, ask again."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse

from api.container import Container
from api.dependencies import get_container
from api.errors import not_found, wrong_field
from api.tickets.auth import Actor, caller
from api.webhooks.models import Webhook
from api.webhooks.repository import WebhookRepository
from api.webhooks.schemas import DeliveryStatus, WebhookCreate, delivery_json, webhook_json
from api.webhooks.service import replay
from api.webhooks.signing import new_secret
from api.webhooks.targets import TargetRefused, check_target

router = APIRouter(prefix="/api/v1/webhooks", tags=["Webhooks"])

Services = Annotated[Container, Depends(get_container)]
Caller = Annotated[Actor, Depends(caller)]


@router.post("", status_code=201, summary="S'abonner à des événements")
async def create_webhook(body: WebhookCreate, services: Services, actor: Caller) -> JSONResponse:
    """Le secret qui signe les envois (« Standard Webhooks », HMAC-SHA256) n'est rendu qu'ici."""
    try:
        await check_target(body.url, allowed=services.settings.webhook_networks)
    except TargetRefused:
        raise wrong_field("url", "adresse_webhook") from None
    webhook = Webhook(
        id=str(uuid.uuid4()),
        url=body.url,
        secret=new_secret(),
        events=list(dict.fromkeys(body.events)),
        created_by=actor.name,
    )
    async with services.database.sessions.begin() as session:
        await WebhookRepository(session).add(webhook)
    return JSONResponse(
        {**webhook_json(webhook), "secret": webhook.secret},
        status_code=201,
        headers={"Location": f"/api/v1/webhooks/{webhook.id}"},
    )


@router.get("", summary="Lister les abonnements")
async def list_webhooks(services: Services, actor: Caller) -> dict[str, Any]:
    """Les adresses prévenues ; jamais leur secret."""
    async with services.database.sessions.begin() as session:
        return {"items": [webhook_json(each) for each in await WebhookRepository(session).all()]}


@router.delete("/{webhook_id}", status_code=204, summary="Se désabonner")
async def remove_webhook(webhook_id: str, services: Services, actor: Caller) -> Response:
    """L'adresse n'est plus prévenue ; son journal est effacé."""
    async with services.database.sessions.begin() as session:
        if not await WebhookRepository(session).remove(webhook_id):
            raise not_found()
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries", summary="Lire le journal des envois")
async def list_deliveries(
    webhook_id: str,
    services: Services,
    actor: Caller,
    status: DeliveryStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> dict[str, Any]:
    """Les plus récents d'abord, avec chaque tentative et la prochaine."""
    async with services.database.sessions.begin() as session:
        webhooks = WebhookRepository(session)
        if await webhooks.get(webhook_id) is None:
            raise not_found()
        found = await webhooks.deliveries(webhook_id, status=status, limit=limit)
        return {"items": [delivery_json(each) for each in found]}


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202, summary="Renvoyer un envoi"
)
async def replay_delivery(
    webhook_id: str, delivery_id: str, services: Services, actor: Caller
) -> dict[str, Any]:
    """Le même événement repart, avec le même identifiant."""
    async with services.database.sessions.begin() as session:
        delivery = await WebhookRepository(session).delivery(delivery_id)
        if delivery is None or delivery.webhook_id != webhook_id:
            raise not_found()
        await replay(session, delivery)
        return delivery_json(delivery)
