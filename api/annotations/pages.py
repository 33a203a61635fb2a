"""The pages of the annotation queue: one message to label at a time, and how far people agree."""

import re
from functools import cache
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.annotations.accord import confusions, measure_accord
from api.annotations.commands import texts
from api.annotations.repository import DoubtRepository
from api.annotations.service import LABELS, NONE
from api.comptes.models import Compte
from api.console.pages import signed_in
from api.console.pages import texts as console_texts
from api.console.session import LoginRequired
from api.dependencies import get_container
from api.redaction.pages import staff_page
from nlu.intents_examples import INTENTIONS_DIRECTORY, read_intent_file
from nlu.understanding import INTENTS

router = APIRouter(include_in_schema=False)
QUEUE = "/redaction/annotations"
ACCORD = f"{QUEUE}/accord"
_SHOWN = 20
_CONFUSIONS = 5
_KEYS = "abcdefghijklmnopqrstuvwxyz"
_CODE = re.compile(rf"\b(?:{'|'.join(INTENTS)})\b")
Fait = Annotated[str, Query(max_length=20)]


def annotator(request: Request) -> Compte:
    """Return the account that was let in."""
    compte = signed_in(request)
    if compte is None:
        raise LoginRequired
    return compte


@cache
def label_names() -> dict[str, str]:
    """Return how each label is said."""
    names = {each: str(console_texts()["intentions"][each]) for each in INTENTS}
    return names | {NONE: str(texts()["aucune"])}


@cache
def _frontiers() -> list[tuple[str, str]]:
    """Return what each intent is, and where its neighbours begin, as the training files say."""
    files = (read_intent_file(INTENTIONS_DIRECTORY / f"{each}.yml") for each in INTENTS)
    return [(label_names()[file.intention], _told(file.description)) for file in files]


def _told(description: str) -> str:
    """Return a frontier with the names of the intents in place of their codes."""
    return _CODE.sub(lambda code: f"«\u00a0{label_names()[code[0]]}\u00a0»", description)


@router.get(QUEUE)
async def show_queue(request: Request, fait: Fait = "") -> Response:
    """Show the next message to label."""
    async with get_container(request).database.sessions() as session:
        return await queue_page(request, session, notice=texts()["fait"].get(fait))


async def queue_page(
    request: Request,
    session: AsyncSession,
    *,
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    """Write the page of the next message, of what is left to do, and of the last answer given."""
    queue, compte = DoubtRepository(session), annotator(request)
    message = await queue.next_for(compte.id)
    return staff_page(
        request,
        "annotations/etiqueter.html",
        status=422 if error else 200,
        message=message,
        dernier=await queue.last_of(compte.id),
        avancement=await queue.progress(compte.id),
        touches=list(zip(INTENTS, _KEYS, strict=False)),
        frontieres=_frontiers(),
        noms=label_names(),
        annotations=texts(),
        fait=notice,
        erreur=error,
    )


@router.get(ACCORD)
async def show_accord(request: Request, fait: Fait = "") -> Response:
    """Show how far people agree, what separates them, and what was kept."""
    async with get_container(request).database.sessions() as session:
        return await accord_page(request, session, notice=texts()["fait"].get(fait))


async def accord_page(
    request: Request,
    session: AsyncSession,
    *,
    notice: str | None = None,
    error: str | None = None,
    status: int = 422,
) -> Response:
    """Write the page of the agreement."""
    queue = DoubtRepository(session)
    both = await queue.both_labels()
    compte = annotator(request)
    disagreements = []
    for each in await queue.disagreements(limit=_SHOWN):
        said = await queue.labels(each.item_id)
        mine = compte.id in {who for who, *_ in said}
        disagreements.append({"message": each, "dits": said, "le_mien": mine})
    return staff_page(
        request,
        "annotations/accord.html",
        status=status if error else 200,
        accords=[
            {"noms": names, "accord": measure_accord([said for _, said in pairs])}
            for names, pairs in groupby(both, key=lambda each: each[0])
        ],
        confusions=confusions(said for _, said in both)[:_CONFUSIONS],
        desaccords=disagreements,
        avancement=await queue.progress(compte.id),
        gardees=len(await queue.learnt()),
        etiquettes=LABELS,
        noms=label_names(),
        annotations=texts(),
        fait=notice,
        erreur=error,
    )


def refusal(key: str) -> str:
    """Return the sentence of a refusal."""
    words: dict[str, Any] = texts()["refus"]
    return str(words[key])
