"""The themes: what makes each one recognised, tried on the witness questions before it is saved."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathPart
from sqlalchemy.ext.asyncio import AsyncSession

from api.container import Container
from api.dependencies import get_container
from api.errors import not_found
from api.redaction.pages import editor, go, number_sent, staff_page
from api.taxonomie.pages import HOME, texts
from knowledge.search.judged import Effect, JudgedQuestion
from knowledge.search.taxonomy_history import Left
from knowledge.search.theme_service import (
    MAX_EXPRESSIONS,
    ThemeModifiedError,
    ThemeRecord,
    ThemeService,
    ThemeUnknownError,
    is_expression,
    read_added,
    with_theme,
)
from nlu.pipeline import load_entries
from nlu.text import strip_invisible
from nlu.theme_reader import ThemeReader

router = APIRouter(include_in_schema=False)
PAGE = f"{HOME}/themes/{{theme}}"
_THEMES = "themes"
_LONGEST = 6000

Theme = Annotated[str, PathPart(max_length=60)]
Fait = Annotated[str, Query(max_length=20)]
Added = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A theme as it is kept, and how it was left at each change."""

    record: ThemeRecord
    history: Sequence[Left]


@dataclass(frozen=True, slots=True)
class Essai:
    """What a change would do: to the answers, and to the questions in which a theme is heard."""

    effect: Effect
    heard: tuple[JudgedQuestion, ...]
    silent: tuple[JudgedQuestion, ...]


@router.get(PAGE)
async def show_theme(request: Request, theme: Theme, fait: Fait = "") -> Response:
    """Show what makes a theme recognised, and its history."""
    async with get_container(request).database.sessions() as session:
        kept = await _read(session, request, theme)
    typed = "\n".join(kept.record.expressions)
    return _page(request, kept, typed, notice=texts()["fait"].get(fait))


@router.post(PAGE)
async def write_theme(request: Request, theme: Theme) -> Response:
    """Show what a change would do, then save it; take a former version back into the form."""
    form, services = await request.form(), get_container(request)
    async with services.database.sessions() as session:
        kept, added = await _read(session, request, theme), await read_added(session)
    gesture = str(form.get("geste", ""))
    typed = _taken_back(kept, number_sent(form.get("histoire")))
    if gesture != "reprendre" or typed is None:
        typed = str(form.get("expressions", ""))[:_LONGEST].replace("\r\n", "\n")
    expressions = _expressions(typed)
    if expressions is None:
        return _page(request, kept, typed, error="expressions")
    if gesture != "enregistrer" or str(form.get("vu", "")) != _digest(expressions):
        trial = await asyncio.to_thread(_try, services, added, theme, expressions)
        return _page(request, kept, typed, trial=trial, seen=_digest(expressions))
    try:
        async with services.database.sessions.begin() as session:
            await ThemeService(session, editor(request)).replace(
                theme, expressions, version=number_sent(form.get("version"))
            )
    except ThemeModifiedError:
        async with services.database.sessions() as session:
            kept = await _read(session, request, theme)
        return _page(request, kept, typed, error="change")
    return go(request, f"{HOME}/themes/{quote(theme)}?fait=theme")


async def _read(session: AsyncSession, request: Request, theme: str) -> Kept:
    service = ThemeService(session, editor(request))
    try:
        return Kept(await service.read(theme), await service.history(theme))
    except ThemeUnknownError:
        raise not_found() from None


def _taken_back(kept: Kept, line: int) -> str | None:
    chosen = next((each for each in kept.history if each.id == line), None)
    return "\n".join(chosen.content["expressions"]) if chosen else None


def _expressions(typed: str) -> tuple[str, ...] | None:
    """Return the expressions typed, one a line; None when one is not an expression."""
    lines = (" ".join(strip_invisible(line).split()) for line in typed.splitlines())
    found = tuple(dict.fromkeys(line for line in lines if line))
    if len(found) > MAX_EXPRESSIONS or not all(is_expression(each) for each in found):
        return None
    return found


def _digest(expressions: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(expressions).encode("utf-8")).hexdigest()[:16]


def _try(services: Container, added: Added, theme: str, expressions: tuple[str, ...]) -> Essai:
    """Ask the witness questions, the themes heard in them preferred, before and after."""
    before = ThemeReader(added)
    after = ThemeReader(with_theme(added, theme, expressions))
    asked = services.gate.questions
    changed = [
        (each, theme in before.themes(each.question), theme in after.themes(each.question))
        for each in asked
    ]
    return Essai(
        effect=services.gate.effect_of_themes(before.themes, after.themes),
        heard=tuple(each for each, old, new in changed if new and not old),
        silent=tuple(each for each, old, new in changed if old and not new),
    )


def _page(
    request: Request,
    kept: Kept,
    typed: str,
    *,
    trial: Essai | None = None,
    seen: str = "",
    notice: str | None = None,
    error: str | None = None,
) -> Response:
    return staff_page(
        request,
        "taxonomie/theme.html",
        status={None: 200, "change": 409}.get(error, 422),
        theme=kept.record,
        histoire=kept.history,
        livrees=_shipped(kept.record.theme),
        saisie=typed,
        essai=trial,
        vu=seen,
        taxonomie=texts(),
        fait=notice,
        erreur=texts()["refus"][error] if error else None,
    )


def _shipped(theme: str) -> list[str]:
    entry = load_entries(_THEMES)[theme]
    return [each for part in ("expressions", "sigles", "SIGLES") for each in entry.get(part, [])]
