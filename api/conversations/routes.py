"""The conversation endpoints of the public contract."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse

from api.container import Container
from api.conversations.handover import greeting_of
from api.conversations.records import item_json, visible_items
from api.conversations.schemas import (
    ConversationCreate,
    FeedbackCreate,
    Handover,
    MessageCreate,
)
from api.conversations.service import check_message
from api.dependencies import get_container, limit_address
from api.errors import not_found
from api.vie_privee.conservation import CONVERSATIONS, conservation_of
from assistant.business_days import Promise, promise_to

router = APIRouter(prefix="/api/v1/conversations", tags=["Conversation"])
_PING_SECONDS = 15.0
_MAX_SEQ = 2**31 - 1
_POLL_MAX_SECONDS = 25.0

Services = Annotated[Container, Depends(get_container)]
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="Même clé, même réponse : rien n'est doublé."),
]


def bearer_token(
    authorization: Annotated[
        str | None, Header(description="« Bearer », puis le jeton de la conversation.")
    ] = None,
) -> str:
    """Return the conversation's token; none at all is the same as a wrong one."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise not_found()
    return token.strip()


Token = Annotated[str, Depends(bearer_token)]


@router.post(
    "",
    status_code=201,
    summary="Ouvrir une conversation",
    dependencies=[Depends(limit_address)],
)
async def open_conversation(
    services: Services, body: ConversationCreate | None = None
) -> dict[str, Any]:
    """Ouvre une conversation anonyme ; le jeton rendu autorise tous les appels suivants."""
    body = body or ConversationCreate()
    greeting = greeting_of(
        services.replies,
        delai=_promise(services, body.territoire_code).words,
        mois=conservation_of(services.settings).of(CONVERSATIONS).duree.mois,
    )
    conversation_id, token = await services.conversations.open(
        greeting=greeting,
        site=body.site,
        page_url=body.page_url,
        territoire_code=body.territoire_code,
    )
    services.metrics.conversations.inc()
    return {"id": conversation_id, "token": token, "messages": greeting}


def _promise(services: Container, code: str | None) -> Promise:
    """Return what is promised to whoever asks now, from the territory that the page may tell."""
    found = services.knowledge.territoires.resolve(code) if code else None
    return promise_to(asdict(found) if found else None, services.clock.now())


@router.post(
    "/{conversation_id}/messages",
    summary="Envoyer un message et recevoir la réponse",
    dependencies=[Depends(limit_address)],
)
async def post_message(
    conversation_id: str, body: MessageCreate, token: Token, services: Services, key: Key = None
) -> JSONResponse:
    """Le message est enregistré avant d'être compris, la réponse avant d'être rendue."""
    message = check_message(body.text, body.payload, body.label)
    turn = await services.chat.answer(conversation_id, token, message, key=key)
    return JSONResponse(turn)


@router.get("/{conversation_id}", summary="Relire toute la conversation")
async def read_history(conversation_id: str, token: Token, services: Services) -> dict[str, Any]:
    """Rend l'historique complet, pour reprendre après un rechargement."""
    return await services.records.history(conversation_id, token)


@router.get("/{conversation_id}/messages", summary="Attendre ce qui arrive (long polling)")
async def poll_messages(
    conversation_id: str,
    token: Token,
    services: Services,
    after: Annotated[int, Query(ge=0, le=_MAX_SEQ, description="Dernier numéro reçu.")] = 0,
    wait: Annotated[float, Query(ge=0, le=_POLL_MAX_SECONDS, description="En secondes.")] = 0,
) -> dict[str, Any]:
    """Rend les messages suivants ; attend au plus `wait` secondes qu'il en arrive."""
    items, last = await services.records.items_after(conversation_id, token, after)
    if not items and wait:
        await services.events.wait(conversation_id, seconds=wait)
        items, last = await services.records.items_after(conversation_id, token, after)
    return {"messages": visible_items(items), "last_seq": last}


@router.get(
    "/{conversation_id}/events",
    summary="Suivre la conversation (événements envoyés par le serveur)",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def stream_events(
    conversation_id: str,
    token: Token,
    services: Services,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Réponses des conseillers et états de la demande, dès qu'ils arrivent."""
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() else None
    _, last = await services.records.items_after(conversation_id, token, _MAX_SEQ)
    return StreamingResponse(
        _events(services, conversation_id, token, last if after is None else min(after, last)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _events(
    services: Container, conversation_id: str, token: str, after: int
) -> AsyncIterator[str]:
    yield ": ok\n\n"
    while not services.events.stopping.is_set():
        waiting = asyncio.create_task(services.events.wait(conversation_id, seconds=_PING_SECONDS))
        await asyncio.sleep(0)  # the waiter is in place before the read: nothing slips between
        try:
            items, after = await services.records.items_after(conversation_id, token, after)
            for item in items:
                if item.author == "conseiller":
                    yield _event(item.seq, "message", item_json(item))
                elif item.author == "systeme":
                    yield _event(item.seq, "ticket", item.turn)
            if not await waiting:
                yield ": ping\n\n"
        finally:
            waiting.cancel()
    yield "event: bye\ndata: {}\n\n"


def _event(seq: int, name: str, data: Any) -> str:
    return f"id: {seq}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


@router.post(
    "/{conversation_id}/messages/{message_id}/feedback", summary="Dire si la réponse est utile"
)
async def rate_turn(
    conversation_id: str,
    message_id: str,
    body: FeedbackCreate,
    token: Token,
    services: Services,
) -> dict[str, Any]:
    """Enregistre l'avis ; le dernier remplace les précédents."""
    await services.records.rate(conversation_id, token, message_id, **body.model_dump())
    return {"enregistre": True}


@router.post(
    "/{conversation_id}/handover",
    summary="Préparer, modifier ou envoyer une demande à un conseiller",
    dependencies=[Depends(limit_address)],
)
async def hand_over(
    conversation_id: str,
    token: Token,
    services: Services,
    body: Handover | None = None,
    key: Key = None,
) -> JSONResponse:
    """Rend le récapitulatif ; avec « envoyer » et « consentement », transmet une fois."""
    turn = await services.chat.handover(conversation_id, token, body or Handover(), key=key)
    return JSONResponse(turn)


@router.get("/{conversation_id}/export", summary="Télécharger ses données")
async def export_conversation(
    conversation_id: str, token: Token, services: Services
) -> JSONResponse:
    """Tout ce qui est conservé sur cette conversation (RGPD, article 15)."""
    data = await services.records.export(conversation_id, token)
    return JSONResponse(
        data, headers={"Content-Disposition": 'attachment; filename="mes-echanges.json"'}
    )


@router.delete("/{conversation_id}", status_code=204, summary="Effacer ses données")
async def erase_conversation(conversation_id: str, token: Token, services: Services) -> Response:
    """Efface la conversation et anonymise la demande envoyée (RGPD, article 17)."""
    await services.records.erase(
        conversation_id, token, erased=services.replies.render("donnees.efface")
    )
    return Response(status_code=204)
