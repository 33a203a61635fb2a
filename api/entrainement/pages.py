"""The training pages: the sentences given by staff, the models, what each gains and loses."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathPart
from sqlalchemy.ext.asyncio import AsyncSession

from api.annotations.pages import label_names
from api.dependencies import get_container
from api.entrainement.models import WAITING, ModeleIntentions
from api.entrainement.phrases import sort_out
from api.entrainement.porte import load_porte, refusals
from api.entrainement.repository import InService, ModelRepository
from api.entrainement.service import CANDIDATE, PROMOTED, former
from api.errors import not_found
from api.redaction.pages import staff_page

router = APIRouter(include_in_schema=False)
HOME = "/redaction/entrainement"
SENTENCES = f"{HOME}/phrases"
MODEL = f"{HOME}/{{modele}}"
_MODELS = 20
_DECISIONS = 10
_PAGE = 50
_TEXTS = Path(__file__).parent.parent / "textes" / "entrainement.yml"

Number = Annotated[int, PathPart(ge=1, lt=2**31)]
Fait = Annotated[str, Query(max_length=20)]


@cache
def texts() -> dict[str, Any]:
    """Return the words of the training pages that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


def refusal(key: str) -> str:
    """Return the sentence of a refusal."""
    return str(texts()["refus"][key])


def named(number: int | None) -> str:
    """Return how a model is called; None is the shipped one."""
    return str(texts()["livre"] if number is None else texts()["numero"].format(numero=number))


@router.get(HOME)
async def show_home(request: Request, fait: Fait = "") -> Response:
    """Show the model in service, what the next training would learn, and the models."""
    async with get_container(request).database.sessions() as session:
        return await home_page(request, session, notice=texts()["fait"].get(fait))


async def home_page(
    request: Request,
    session: AsyncSession,
    *,
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    """Write the page of the models as they are now."""
    services, models = get_container(request), ModelRepository(session)
    current = await models.in_service()
    listed, kept = await models.models(limit=_MODELS), await models.kept()
    lot = sort_out(await models.sentences())
    return staff_page(
        request,
        "entrainement/accueil.html",
        status=409 if error else 200,
        service=current,
        en_service=current.number,
        ecart=_trouble(request, current),
        precedent=former(current, await models.served_before(), kept),
        en_cours=next((each for each in listed if each.etat in WAITING), None),
        modeles=listed,
        rangs=[each for each in kept if each.etat == PROMOTED and each.id != current.number],
        decisions=await models.decisions(limit=_DECISIONS),
        a_apprendre=len(lot.examples),
        ecartees=len(lot.left_out),
        nouvelles=_new(len(lot.examples), current),
        porte=load_porte(services.settings.gate_file),
        nomme=named,
        noms=label_names(),
        entrainement=texts(),
        fait=notice,
        erreur=error,
    )


def _new(count: int, current: InService) -> int:
    """Return how many more sentences there are than the model in service learnt."""
    return max(0, count - (current.modele.ajoutees or 0 if current.modele else 0))


def _trouble(request: Request, current: InService) -> str | None:
    """Return why the shipped model serves here instead of the one that was chosen."""
    reason = get_container(request).models.trouble
    if reason is None:
        return None
    return str(texts()["ecarts"][reason].format(numero=current.number))


@router.get(SENTENCES)
async def show_sentences(
    request: Request,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    fait: Fait = "",
) -> Response:
    """Show the sentences given by staff, the newest first."""
    async with get_container(request).database.sessions() as session:
        return await sentences_page(request, session, number=page, notice=texts()["fait"].get(fait))


async def sentences_page(
    request: Request,
    session: AsyncSession,
    *,
    number: int = 1,
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    """Write the page of the sentences, with why some do not train."""
    found = await ModelRepository(session).sentences()
    lot = sort_out(found)
    first = (number - 1) * _PAGE
    return staff_page(
        request,
        "entrainement/phrases.html",
        status=422 if error else 200,
        phrases=found[first : first + _PAGE],
        total=len(found),
        a_apprendre=len(lot.examples),
        ecartees=lot.left_out,
        page_courante=number,
        derniere_page=max(1, -(-len(found) // _PAGE)),
        noms=label_names(),
        entrainement=texts(),
        fait=notice,
        erreur=error,
    )


@router.get(MODEL)
async def show_model(request: Request, modele: Number, fait: Fait = "") -> Response:
    """Show what a model gains and loses over the one it was compared with."""
    async with get_container(request).database.sessions() as session:
        found = await find_model(session, modele)
        return await model_page(request, session, found, notice=texts()["fait"].get(fait))


async def find_model(session: AsyncSession, number: int) -> ModeleIntentions:
    """Return a model, or raise Problem 404."""
    found = await ModelRepository(session).find(number)
    if found is None:
        raise not_found()
    return found


async def model_page(
    request: Request,
    session: AsyncSession,
    model: ModeleIntentions,
    *,
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    """Write the page of a model."""
    porte = load_porte(get_container(request).settings.gate_file)
    report = model.rapport
    current = await ModelRepository(session).in_service()
    return staff_page(
        request,
        "entrainement/modele.html",
        status=409 if error else 200,
        modele=model,
        rapport=report,
        refus=refusals(porte, report) if report else [],
        intentions=_by_change(report) if report else [],
        a_decider=model.etat == CANDIDATE,
        en_cours=model.etat in WAITING,
        en_service=current.number,
        revenir=model.etat == PROMOTED and model.garde and current.number != model.id,
        nomme=named,
        noms=label_names(),
        entrainement=texts(),
        fait=notice,
        erreur=error,
    )


def _by_change(report: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the figures of each intent, those that lose most first."""
    figures: dict[str, dict[str, Any]] = report["intentions"]
    return sorted(figures.items(), key=lambda each: (each[1]["apres"] - each[1]["avant"], each[0]))
