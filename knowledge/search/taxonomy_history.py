"""The history of synonyms, themes and acronyms, as each change left them; never rewritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.search.taxonomy_models import TaxonomyHistoryRow

SYNONYM, THEME, SIGLE = "synonyme", "theme", "sigle"
ADDED, CHANGED, REMOVED, RESTORED = "ajoute", "modifie", "supprime", "retabli"
PRODUCT = ""
"""Who wrote what the product ships."""


@dataclass(frozen=True, slots=True)
class Left:
    """An entry as someone left it; `action` is one of `ADDED`, `CHANGED`, `REMOVED`, `RESTORED`."""

    id: int
    action: str
    content: Mapping[str, Any]
    editor: str
    at: datetime


async def keep(
    session: AsyncSession,
    kind: str,
    subject: str,
    action: str,
    content: Mapping[str, Any],
    *,
    editor: str,
    before: tuple[Mapping[str, Any], str] | None = None,
) -> None:
    """Write how an entry was left.

    `before` is what the entry held and who wrote it: kept too, the first time that it changes.
    """
    this = (TaxonomyHistoryRow.kind == kind, TaxonomyHistoryRow.subject == subject)
    known = await session.scalar(select(exists().where(*this)))
    lines = [] if known or before is None else [(ADDED, *before)]
    for each_action, each_content, who in [*lines, (action, content, editor)]:
        await session.execute(
            insert(TaxonomyHistoryRow).values(
                kind=kind,
                subject=subject,
                action=each_action,
                content=dict(each_content),
                editor=who,
            )
        )


async def history(session: AsyncSession, kind: str, subject: str) -> Sequence[Left]:
    """Return how an entry was left, the last first."""
    row = TaxonomyHistoryRow
    query = select(row).where(row.kind == kind, row.subject == subject).order_by(row.id.desc())
    return [
        Left(each.id, each.action, each.content, each.editor, each.at)
        for each in await session.scalars(query)
    ]
