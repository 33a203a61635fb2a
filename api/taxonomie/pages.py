"""Synonyms and acronyms: listed, tried on the witness questions, then saved; their history."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathPart
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.lacunes.pages import BOARD
from api.redaction.pages import editor, go, staff_page
from api.taxonomie.forms import REMOVE, SAVE, TAKE_BACK, Typed, digest, read_typed
from knowledge.search.judged import Effect
from knowledge.search.synonym_service import (
    SynonymExistsError,
    SynonymModifiedError,
    SynonymNotFoundError,
    SynonymRecord,
    SynonymService,
    to_entry,
    with_entry,
    without_entry,
)
from knowledge.search.synonyms import Synonym
from knowledge.search.taxonomy_history import ADDED, CHANGED, REMOVED, RESTORED, Left
from knowledge.search.theme_service import ThemeService
from nlu.text import fold, strip_invisible

router = APIRouter(include_in_schema=False)
HOME = "/redaction/taxonomie"
NEW = f"{HOME}/synonymes/nouveau"
ENTRY = f"{HOME}/synonymes/{{synonyme}}"
_TEXTS = Path(__file__).parent.parent / "textes" / "taxonomie.yml"

Number = Annotated[int, PathPart(ge=1, lt=2**31)]
Fait = Annotated[str, Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is kept: in use or removed, and how it was left at each change."""

    record: SynonymRecord
    used: bool
    history: Sequence[Left]


@cache
def texts() -> dict[str, Any]:
    """Return the words of these pages that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


@router.get(HOME)
async def show_list(
    request: Request, q: Annotated[str, Query(max_length=120)] = "", fait: Fait = ""
) -> Response:
    """Show the entries in use, then those that were removed."""
    wanted = fold(strip_invisible(q)).strip()
    async with get_container(request).database.sessions() as session:
        service = SynonymService(session, editor(request))
        found, gone = await service.list(), await service.list_deleted()
        themes = await ThemeService(session, editor(request)).list()
    shown = [each for each in found if _holds(each.entry, wanted)]
    return staff_page(
        request,
        "taxonomie/liste.html",
        entrees=shown,
        retirees=[each for each in gone if _holds(each.entry, wanted)],
        total=len(found),
        themes=themes,
        cherche=q,
        taxonomie=texts(),
        fait=texts()["fait"].get(fait),
    )


def _holds(entry: Synonym, wanted: str) -> bool:
    return any(wanted in fold(each) for each in (entry.sens, *entry.formes))


@router.get(NEW)
async def show_new(request: Request) -> Response:
    """Show an empty form."""
    return _page(request, Typed())


@router.post(NEW)
async def write_new(request: Request) -> Response:
    """Show what a new entry would change, then save it."""
    typed = await read_typed(request)
    entry = typed.entry()
    if entry is None:
        return _page(request, typed, error="invalide")
    services = get_container(request)
    if typed.geste != SAVE or typed.vu != digest(entry, removed=False):
        return _page(request, typed, effect=await _effect(services, request, entry), entry=entry)
    try:
        async with services.database.sessions.begin() as session:
            added = await SynonymService(session, editor(request)).add(entry)
    except SynonymExistsError:
        return _page(request, typed, error="existe")
    if typed.groupe:
        return go(request, f"{BOARD}/{typed.groupe}?fait=synonyme")
    return go(request, f"{HOME}/synonymes/{added.id}?fait={ADDED}")


@router.get(ENTRY)
async def show_entry(request: Request, synonyme: Number, fait: Fait = "") -> Response:
    """Show an entry, in use or removed, with its history."""
    async with get_container(request).database.sessions() as session:
        kept = await _read(session, request, synonyme)
    typed = Typed.of(kept.record.entry, version=kept.record.version)
    return _page(request, typed, kept=kept, notice=texts()["fait"].get(fait))


@router.post(ENTRY)
async def write_entry(request: Request, synonyme: Number) -> Response:
    """Show what a change would do, then save it; take a former version back into the form."""
    typed, services = await read_typed(request), get_container(request)
    async with services.database.sessions() as session:
        kept = await _read(session, request, synonyme)
    removed = typed.geste == REMOVE
    typed = _taken_back(typed, kept)
    entry = typed.entry()
    if entry is None:
        return _page(request, typed, error="invalide", kept=kept)
    if typed.geste not in (SAVE, REMOVE) or typed.vu != digest(entry, removed=removed):
        effect = await _effect(services, request, entry, id_=synonyme, removed=removed)
        return _page(request, typed, effect=effect, entry=entry, removed=removed, kept=kept)
    try:
        async with services.database.sessions.begin() as session:
            done = await _save(session, request, kept, entry, typed)
    except (SynonymModifiedError, SynonymNotFoundError):
        async with services.database.sessions() as session:
            kept = await _read(session, request, synonyme)
        again = replace(typed, version=kept.record.version)
        return _page(request, again, error="change", kept=kept)
    except SynonymExistsError:
        return _page(request, typed, error="existe", kept=kept)
    return go(request, f"{HOME}/synonymes/{synonyme}?fait={done}")


def _taken_back(typed: Typed, kept: Kept) -> Typed:
    """Return the form with the version of the history that was asked for, or as it is kept."""
    if typed.geste == REMOVE:
        return typed.with_entry(kept.record.entry)
    chosen = next((each for each in kept.history if each.id == typed.histoire), None)
    if typed.geste != TAKE_BACK or chosen is None:
        return typed
    return typed.with_entry(to_entry(chosen.content))


async def _save(
    session: AsyncSession, request: Request, kept: Kept, entry: Synonym, typed: Typed
) -> str:
    """Save what was tried; return what was done. Raises SynonymError."""
    service, number = SynonymService(session, editor(request)), kept.record.id
    if typed.geste == REMOVE:
        await service.delete(number, version=typed.version)
        return REMOVED
    if kept.used:
        await service.replace(number, entry, version=typed.version)
        return CHANGED
    await service.bring_back(number, entry, version=typed.version)
    return RESTORED


async def _read(session: AsyncSession, request: Request, number: int) -> Kept:
    """Return an entry as it is kept, or raise Problem 404."""
    service = SynonymService(session, editor(request))
    try:
        found, used = await service.read(number), True
    except SynonymNotFoundError:
        try:
            found, used = await service.read_deleted(number), False
        except SynonymNotFoundError:
            raise not_found() from None
    return Kept(found, used, await service.history(number))


async def _effect(
    services: Container,
    request: Request,
    entry: Synonym,
    *,
    id_: int | None = None,
    removed: bool = False,
) -> Effect:
    """Ask the witness questions with and without the change; nothing is saved."""
    async with services.database.sessions() as session:
        known = await SynonymService(session, editor(request)).list()
    if removed and id_ is not None:
        synonyms = without_entry(known, id_)
    else:
        synonyms = with_entry(known, entry, id_=id_)
    candidate = await services.index.candidate(synonyms=synonyms)
    return await asyncio.to_thread(services.gate.effect, candidate)


def _page(
    request: Request,
    typed: Typed,
    *,
    kept: Kept | None = None,
    effect: Effect | None = None,
    entry: Synonym | None = None,
    removed: bool = False,
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    return staff_page(
        request,
        "taxonomie/synonyme.html",
        status={None: 200, "invalide": 422}.get(error, 409),
        saisie=typed,
        entree=kept.record if kept else None,
        en_usage=kept is None or kept.used,
        histoire=kept.history if kept else (),
        effet=effect,
        retrait=removed,
        vu=digest(entry, removed=removed) if entry else "",
        taxonomie=texts(),
        fait=notice,
        erreur=texts()["refus"][error] if error else None,
    )
