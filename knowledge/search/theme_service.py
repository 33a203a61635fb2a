"""What staff add to the expressions by which a theme is recognised; every process hears of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.lifecycle import Action, Editor
from knowledge.resources.vocabulary import load_vocabulary
from knowledge.search.taxonomy_history import CHANGED, PRODUCT, THEME, Left, history, keep
from knowledge.search.taxonomy_models import ThemeRow

THEMES_CHANNEL = "themes"
"""Every process hears there that the themes are recognised otherwise."""

MAX_EXPRESSIONS = 60
_LONGEST = 80
# The small language of `nlu.entities.patterns`, without its unbounded gaps.
_EXPRESSION = re.compile(r"(?:[^\W_]|[ '’\-]|\([^()|]+(?:\|[^()|]+)+\)){3,}")


class ThemeError(Exception):
    """A refusal of the themes."""


class ThemeUnknownError(ThemeError):
    """No theme of this name: their list is that of the HTTP contract."""


class ThemeModifiedError(ThemeError):
    """The theme is no longer as it was read."""


@dataclass(frozen=True, slots=True)
class ThemeRecord:
    """What staff add to a theme; version 0 when nobody ever did."""

    theme: str
    expressions: tuple[str, ...] = ()
    version: int = 0
    editor: str | None = None
    updated_at: datetime | None = None


class ThemeService:
    """The use cases of an editor within a transaction; the caller commits."""

    def __init__(self, session: AsyncSession, editor: Editor) -> None:
        self._session = session
        self._editor = editor

    async def list(self) -> Sequence[ThemeRecord]:
        """Return every theme of the base, in alphabetical order."""
        self._editor.check(Action.READ)
        rows = {row.theme: _record(row) for row in await self._session.scalars(select(ThemeRow))}
        return [rows.get(each, ThemeRecord(each)) for each in sorted(load_vocabulary().themes)]

    async def read(self, theme: str) -> ThemeRecord:
        """Return a theme. Raises ThemeUnknownError."""
        self._editor.check(Action.READ)
        if theme not in load_vocabulary().themes:
            raise ThemeUnknownError
        row = await self._session.get(ThemeRow, theme, populate_existing=True)
        return _record(row) if row else ThemeRecord(theme)

    async def replace(self, theme: str, expressions: Iterable[str], *, version: int) -> ThemeRecord:
        """Replace what staff add to a theme read at `version`.

        Raises ThemeUnknownError or ThemeModifiedError.
        """
        self._editor.check(Action.EDIT)
        await self._session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"theme {theme}"}
        )
        before = await self.read(theme)
        if before.version != version:
            raise ThemeModifiedError
        row = await self._session.get(ThemeRow, theme)
        if row is None:
            row = ThemeRow(theme=theme)
            self._session.add(row)
        row.expressions, row.version = list(expressions), before.version + 1
        row.editor, row.updated_at = self._editor.name, func.now()
        await self._session.flush()
        await keep(
            self._session,
            THEME,
            theme,
            CHANGED,
            {"expressions": list(row.expressions)},
            editor=self._editor.name,
            before=({"expressions": list(before.expressions)}, before.editor or PRODUCT),
        )
        await self._session.execute(
            text("SELECT pg_notify(:channel, '')"), {"channel": THEMES_CHANNEL}
        )
        return await self.read(theme)

    async def history(self, theme: str) -> Sequence[Left]:
        """Return what staff added to a theme at each change, the last first."""
        self._editor.check(Action.READ)
        return await history(self._session, THEME, theme)


async def read_added(session: AsyncSession) -> dict[str, tuple[str, ...]]:
    """Return what staff add to each theme, those that have any."""
    rows = await session.scalars(select(ThemeRow))
    return {row.theme: tuple(row.expressions) for row in rows if row.expressions}


def with_theme(
    added: Mapping[str, tuple[str, ...]], theme: str, expressions: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return what is added to each theme as it would be with this change."""
    return {**added, theme: tuple(expressions)}


def is_expression(text: str) -> bool:
    """Tell whether a theme may be recognised by this: words, « (a|b) » for one or the other."""
    return len(text) <= _LONGEST and bool(_EXPRESSION.fullmatch(text))


def _record(row: ThemeRow) -> ThemeRecord:
    return ThemeRecord(row.theme, tuple(row.expressions), row.version, row.editor, row.updated_at)
