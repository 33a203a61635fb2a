"""The acronyms explained to élus: what they would read is shown before it is saved."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathPart
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.redaction.pages import editor, go, number_sent, staff_page
from api.taxonomie.pages import HOME, texts
from knowledge.search.judged import JudgedQuestion
from knowledge.search.sigles import (
    Explication,
    Kept,
    SigleChangedError,
    SigleService,
    to_explication,
)
from knowledge.search.taxonomy_history import Left
from nlu.text import fold, strip_invisible, words

router = APIRouter(include_in_schema=False)
LIST = f"{HOME}/sigles"
NEW = f"{LIST}/nouveau"
PAGE = f"{LIST}/{{sigle}}"
_SAVE, _TAKE_BACK = "enregistrer", "reprendre"
_LONGEST = 2000
_KNOWN = "connu"

Key = Annotated[str, PathPart(max_length=60)]
Fait = Annotated[str, Query(max_length=20)]
Ligne = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class SigleBody(BaseModel):
    """An explanation as it is typed; an acronym is one word: that is how it is recognised."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sigle: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\W_]{2,30}$")]
    developpe: Ligne
    explication: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=10, max_length=400)
    ]
    source_url: Annotated[
        str, StringConstraints(strip_whitespace=True, pattern=r"^https?://\S{4,300}$")
    ]
    vu: bool = False


@dataclass(frozen=True, slots=True)
class Essai:
    """What a change would do: the line that élus read, before and after (None: nothing is told).

    `questions` are the witness questions that hold the acronym.
    """

    avant: str | None
    apres: str | None
    questions: tuple[JudgedQuestion, ...]


@router.get(LIST)
async def show_sigles(request: Request) -> Response:
    """Show every acronym, told or waiting for its source to be read."""
    async with get_container(request).database.sessions() as session:
        found = await SigleService(session, editor(request)).list()
    return staff_page(
        request,
        "taxonomie/sigles.html",
        dits=[each for each in found if each.entry.vu],
        tus=[each for each in found if not each.entry.vu],
        taxonomie=texts(),
    )


@router.get(NEW)
async def show_new(request: Request) -> Response:
    """Show an empty form."""
    return _page(request, None, (), Explication("", "", "", "", vu=True))


@router.post(NEW)
async def write_new(request: Request) -> Response:
    """Show what élus would read, then explain a new acronym."""
    return await _write(request, None, ())


@router.get(PAGE)
async def show_sigle(request: Request, sigle: Key, fait: Fait = "") -> Response:
    """Show how an acronym is explained, and its history."""
    kept, past = await _read(request, sigle)
    return _page(request, kept, past, kept.entry, notice=texts()["fait"].get(fait))


@router.post(PAGE)
async def write_sigle(request: Request, sigle: Key) -> Response:
    """Show what élus would read, then explain it so; take a former version back into the form."""
    return await _write(request, *await _read(request, sigle))


async def _write(request: Request, kept: Kept | None, past: Sequence[Left]) -> Response:
    form, services = await request.form(), get_container(request)
    typed = _taken_back(dict(form), past) or _typed(dict(form), kept)
    entry = _entry(typed, kept)
    if entry is None:
        return _page(request, kept, past, typed, error="sigle")
    async with services.database.sessions() as session:
        known = await SigleService(session, editor(request)).list()
    if kept is None and fold(entry.sigle) in {each.key for each in known}:
        return _page(request, None, past, typed, error="sigle_existe")
    if form.get("geste") != _SAVE or form.get("vu_essai") != _digest(entry):
        trial = _try(services, kept, entry)
        return _page(request, kept, past, entry, trial=trial, seen=_digest(entry))
    try:
        async with services.database.sessions.begin() as session:
            version = number_sent(form.get("version"))
            await SigleService(session, editor(request)).write(entry, version=version)
    except SigleChangedError:
        again, story = await _read(request, fold(entry.sigle))
        return _page(request, again, story, typed, error="change")
    return go(request, f"{LIST}/{quote(fold(entry.sigle))}?fait=sigle")


async def _read(request: Request, key: str) -> tuple[Kept, Sequence[Left]]:
    async with get_container(request).database.sessions() as session:
        return await _find(session, request, key)


async def _find(session: AsyncSession, request: Request, key: str) -> tuple[Kept, Sequence[Left]]:
    service = SigleService(session, editor(request))
    found = next((each for each in await service.list() if each.key == key), None)
    if found is None:
        raise not_found()
    return found, await service.history(key)


def _typed(form: dict[str, Any], kept: Kept | None) -> Explication:
    """Return the form as it was sent; an acronym that is known keeps its name."""

    def line(name: str) -> str:
        return " ".join(strip_invisible(str(form.get(name, ""))[:_LONGEST]).split(" "))

    return Explication(
        sigle=kept.entry.sigle if kept else line("sigle").strip(),
        developpe=line("developpe"),
        explication=line("explication"),
        source_url=line("source_url"),
        vu="vu" in form,
    )


def _taken_back(form: dict[str, Any], past: Sequence[Left]) -> Explication | None:
    if form.get("geste") != _TAKE_BACK:
        return None
    number = number_sent(form.get("histoire"))
    chosen = next((each for each in past if each.id == number), None)
    return to_explication(chosen.content) if chosen else None


def _entry(typed: Explication, kept: Kept | None) -> Explication | None:
    """Return the explanation typed, None when it is not one."""
    # An acronym of several words, which the product ships, keeps its name.
    named = {"sigle": _KNOWN} if kept else {}
    try:
        body = SigleBody(**(asdict(typed) | named))
    except ValidationError:
        return None
    return replace(
        typed,
        developpe=body.developpe,
        explication=body.explication,
        source_url=body.source_url,
    )


def _digest(entry: Explication) -> str:
    text = json.dumps(asdict(entry), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _try(services: Container, kept: Kept | None, entry: Explication) -> Essai:
    key = fold(entry.sigle)
    return Essai(
        avant=_line(services, kept.entry) if kept and kept.entry.vu else None,
        apres=_line(services, entry) if entry.vu else None,
        questions=tuple(each for each in services.gate.questions if key in words(each.question)),
    )


def _line(services: Container, entry: Explication) -> str:
    """Return what élus read of an acronym, written as the assistant writes it."""
    return services.replies.render(
        "sigles.ligne",
        sigle=entry.sigle,
        developpe=entry.developpe,
        explication=entry.explication,
        source=entry.source_url,
    )


def _page(
    request: Request,
    kept: Kept | None,
    past: Sequence[Left],
    typed: Explication,
    *,
    trial: Essai | None = None,
    seen: str = "",
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    return staff_page(
        request,
        "taxonomie/sigle.html",
        status={None: 200, "sigle": 422}.get(error, 409),
        entree=kept,
        version=kept.version if kept else 0,
        histoire=past,
        saisie=typed,
        essai=trial,
        vu_essai=seen,
        taxonomie=texts(),
        fait=notice,
        erreur=texts()["refus"][error] if error else None,
    )
