"""The acronyms explained to élus: those of the product, as staff change them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.lifecycle import Action, Editor
from knowledge.search.taxonomy_history import (
    ADDED,
    CHANGED,
    PRODUCT,
    REMOVED,
    RESTORED,
    SIGLE,
    Left,
    history,
    keep,
)
from knowledge.search.taxonomy_models import TaxonomyHistoryRow
from nlu.text import fold

SIGLES_CHANNEL = "sigles"
"""Every process hears there that an acronym is explained otherwise."""
SIGLES_FILE = Path(__file__).parent.parent.parent / "nlu" / "data" / "sigles.yml"


class SigleChangedError(Exception):
    """The explanation is no longer as it was read."""


@dataclass(frozen=True, slots=True)
class Explication:
    """What an acronym means, with the page that says so.

    Without `vu` (the source was read), it is not told to élus.
    """

    sigle: str
    developpe: str
    explication: str
    source_url: str
    vu: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """An explanation as it is kept: by the product, or by someone since (`version` > 0)."""

    key: str
    entry: Explication
    version: int = 0
    editor: str | None = None


@cache
def shipped_sigles(path: Path = SIGLES_FILE) -> dict[str, Explication]:
    """Return those of the product, by what they are recognised by."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {fold(each["sigle"]): Explication(**each) for each in entries}


async def read_sigles(session: AsyncSession) -> dict[str, Kept]:
    """Return every explanation, told or not, by what it is recognised by."""
    row = TaxonomyHistoryRow
    last = select(func.max(row.id)).where(row.kind == SIGLE).group_by(row.subject)
    changed = await session.scalars(select(row).where(row.id.in_(last)))
    kept = {key: Kept(key, entry) for key, entry in shipped_sigles().items()}
    return kept | {
        each.subject: Kept(each.subject, to_explication(each.content), each.id, each.editor)
        for each in changed
    }


def told(kept: Mapping[str, Kept]) -> dict[str, Explication]:
    """Return what is told to élus: what has a source that was read."""
    return {key: each.entry for key, each in kept.items() if each.entry.vu}


class SigleService:
    """The use cases of an editor within a transaction; the caller commits."""

    def __init__(self, session: AsyncSession, editor: Editor) -> None:
        self._session = session
        self._editor = editor

    async def list(self) -> Sequence[Kept]:
        """Return every explanation, in alphabetical order."""
        self._editor.check(Action.READ)
        return sorted((await read_sigles(self._session)).values(), key=lambda each: each.key)

    async def history(self, key: str) -> Sequence[Left]:
        """Return how an explanation was left at each change, the last first."""
        self._editor.check(Action.READ)
        return await history(self._session, SIGLE, key)

    async def write(self, entry: Explication, *, version: int) -> None:
        """Explain an acronym so; `version` is how it was read, 0 for the product's or a new one.

        Raises SigleChangedError.
        """
        self._editor.check(Action.EDIT)
        key = fold(entry.sigle)
        await self._session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"sigle {key}"}
        )
        before = (await read_sigles(self._session)).get(key)
        if (before.version if before else 0) != version:
            raise SigleChangedError
        await keep(
            self._session,
            SIGLE,
            key,
            _action(before, entry),
            asdict(entry),
            editor=self._editor.name,
            before=(asdict(before.entry), before.editor or PRODUCT) if before else None,
        )
        await self._session.execute(
            text("SELECT pg_notify(:channel, '')"), {"channel": SIGLES_CHANNEL}
        )


def _action(before: Kept | None, entry: Explication) -> str:
    if before is None:
        return ADDED
    if before.entry.vu and not entry.vu:
        return REMOVED
    return RESTORED if entry.vu and not before.entry.vu else CHANGED


def to_explication(content: Mapping[str, Any]) -> Explication:
    """Return an explanation as its history keeps it."""
    return Explication(**content)
