"""What is done from the pages of the annotation queue."""

import asyncio

from fastapi import APIRouter, Request, Response

from api.annotations.collect import known_sentences
from api.annotations.export import export_sentences, to_zip
from api.annotations.pages import (
    ACCORD,
    QUEUE,
    accord_page,
    annotator,
    queue_page,
    refusal,
)
from api.annotations.repository import DoubtRepository
from api.annotations.service import (
    LABELS,
    AnnotationService,
    MessageGoneError,
    OwnDisagreementError,
)
from api.dependencies import get_container
from api.redaction.pages import go

router = APIRouter(include_in_schema=False)
_LONGEST_ID = 64


async def _read(request: Request) -> tuple[str, str]:
    """Return the message and the label that a form names."""
    form = await request.form()
    return str(form.get("message", ""))[:_LONGEST_ID], str(form.get("intention", ""))


@router.post(QUEUE)
async def label_message(request: Request) -> Response:
    """Write what a message asks, or leave it to others; the next one comes."""
    message, intention = await _read(request)
    passes = intention == "passer"
    async with get_container(request).database.sessions.begin() as session:
        if not passes and intention not in LABELS:
            return await queue_page(request, session, error=refusal("choix"))
        label = None if passes else intention
        try:
            await AnnotationService(session).label(message, annotator(request).id, label)
        except MessageGoneError:
            return go(request, f"{QUEUE}?fait=parti")
    return go(request, f"{QUEUE}?fait={'passe' if passes else 'etiquete'}")


@router.post(f"{QUEUE}/reprendre")
async def take_back(request: Request) -> Response:
    """Take back the last answer; its message waits again."""
    async with get_container(request).database.sessions.begin() as session:
        done = await AnnotationService(session).take_back(annotator(request).id)
    return go(request, f"{QUEUE}?fait={'repris' if done else 'garde'}")


@router.post(f"{QUEUE}/trancher")
async def settle(request: Request) -> Response:
    """Decide between two labels that differ."""
    message, intention = await _read(request)
    async with get_container(request).database.sessions.begin() as session:
        if intention not in LABELS:
            return await accord_page(request, session, error=refusal("choix"))
        try:
            await AnnotationService(session).settle(message, intention, annotator(request))
        except MessageGoneError:
            return go(request, f"{ACCORD}?fait=parti")
        except OwnDisagreementError:
            return await accord_page(request, session, error=refusal("le_votre"), status=409)
    return go(request, f"{ACCORD}?fait=tranche")


@router.get(f"{QUEUE}/phrases.zip")
async def download_sentences(request: Request) -> Response:
    """Hand over the training files with the sentences kept, for their review."""
    async with get_container(request).database.sessions() as session:
        learnt = await DoubtRepository(session).learnt()
    content = await asyncio.to_thread(_archive, learnt)
    named = 'attachment; filename="phrases-a-relire.zip"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(content, media_type="application/zip", headers=headers)


def _archive(learnt: list[tuple[str, str]]) -> bytes:
    return to_zip(export_sentences(learnt, known=known_sentences()))
