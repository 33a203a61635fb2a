"""What is done from the training pages; each decision is written in the access log."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.dependencies import get_container
from api.droits.repository import AccesRepository
from api.entrainement.pages import (
    HOME,
    MODEL,
    SENTENCES,
    Number,
    find_model,
    home_page,
    model_page,
    refusal,
    sentences_page,
)
from api.entrainement.porte import load_porte
from api.entrainement.repository import ModelRepository
from api.entrainement.service import TrainingRefused, TrainingService
from api.entrainement.store import ModelStore
from api.redaction.pages import editor, go, number_sent

router = APIRouter(include_in_schema=False)
_SHIPPED = "livre"
_MOST_AT_ONCE = 50

Act = Callable[[TrainingService, str], Awaitable[None]]


def _service(request: Request, session: AsyncSession) -> TrainingService:
    settings = get_container(request).settings
    return TrainingService(
        session, ModelStore(settings.trained_dir), load_porte(settings.gate_file)
    )


async def _log(request: Request, session: AsyncSession, action: str, model: str) -> None:
    await AccesRepository(session).add(
        who=f"compte:{editor(request).name}", action=action, reference=f"MODELE {model.upper()}"
    )


@router.post(HOME)
async def ask_for_training(request: Request) -> Response:
    """Have a model trained with the sentences of today."""
    seen = number_sent((await request.form()).get("version"))
    try:
        async with get_container(request).database.sessions.begin() as session:
            number = await _service(request, session).ask(editor(request).name, seen=seen)
            await _log(request, session, "entrainer_modele", str(number))
    except TrainingRefused as refused:
        async with get_container(request).database.sessions() as session:
            return await home_page(request, session, error=refusal(refused.key))
    return go(request, f"{HOME}/{number}?fait=lance")


@router.post(f"{MODEL}/promouvoir")
async def promote(request: Request, modele: Number) -> Response:
    """Have every process understand with this model."""
    serving = get_container(request).models.serving
    return await _decide(
        request,
        modele,
        "promouvoir_modele",
        "promu",
        lambda training, who: training.promote(modele, who, serving=serving),
    )


@router.post(f"{MODEL}/refuser")
async def refuse(request: Request, modele: Number) -> Response:
    """Refuse this model."""
    return await _decide(
        request,
        modele,
        "refuser_modele",
        "refuse",
        lambda training, who: training.refuse(modele, who),
    )


async def _decide(request: Request, number: int, action: str, done: str, act: Act) -> Response:
    sessions = get_container(request).database.sessions
    try:
        async with sessions.begin() as session:
            await find_model(session, number)
            await act(_service(request, session), editor(request).name)
            await _log(request, session, action, str(number))
    except TrainingRefused as refused:
        async with sessions() as session:
            model = await find_model(session, number)
            return await model_page(request, session, model, error=refusal(refused.key))
    return go(request, f"{HOME}/{number}?fait={done}")


@router.post(f"{HOME}/retablir")
async def go_back(request: Request) -> Response:
    """Understand again with a former model, or with the shipped one."""
    chosen = str((await request.form()).get("modele", ""))
    number = None if chosen == _SHIPPED else number_sent(chosen)
    sessions = get_container(request).database.sessions
    try:
        async with sessions.begin() as session:
            await _service(request, session).go_back(number, editor(request).name)
            await _log(request, session, "retablir_modele", chosen[:10])
    except TrainingRefused as refused:
        async with sessions() as session:
            return await home_page(request, session, error=refusal(refused.key))
    return go(request, f"{HOME}?fait=retabli")


@router.post(f"{SENTENCES}/retirer")
async def remove_sentences(request: Request) -> Response:
    """Take sentences back: the next training does not learn them."""
    form = await request.form()
    chosen = {number_sent(each) for each in form.getlist("phrase")[:_MOST_AT_ONCE]}
    async with get_container(request).database.sessions.begin() as session:
        if not await ModelRepository(session).remove_sentences(chosen):
            return await sentences_page(request, session, error=refusal("rien_coche"))
    return go(request, f"{SENTENCES}?fait=retirees")
