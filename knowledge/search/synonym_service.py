"""Synonyms and acronyms as staff edit them; every process searches with them at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources.lifecycle import Action, Editor
from knowledge.resources.repository import CHANGED_CHANNEL
from knowledge.search.synonym_models import SynonymRow
from knowledge.search.synonyms import Synonym, Synonyms
from knowledge.search.taxonomy_history import (
    ADDED,
    CHANGED,
    PRODUCT,
    REMOVED,
    RESTORED,
    SYNONYM,
    Left,
    history,
    keep,
)


class SynonymError(Exception):
    """A refusal of the synonyms."""


class SynonymNotFoundError(SynonymError):
    """No such entry, or it is deleted."""


class SynonymModifiedError(SynonymError):
    """The entry is no longer as it was read."""


class SynonymExistsError(SynonymError):
    """There is an entry of this meaning already."""


@dataclass(frozen=True, slots=True)
class SynonymRecord:
    """An entry as stored: what it says, its version, who changed it last and when (UTC)."""

    id: int
    entry: Synonym
    version: int
    editor: str | None
    updated_at: datetime


class SynonymService:
    """The use cases of an editor within a transaction; the caller commits."""

    def __init__(self, session: AsyncSession, editor: Editor) -> None:
        self._session = session
        self._editor = editor

    async def list(self) -> Sequence[SynonymRecord]:
        """Return the entries in alphabetical order."""
        self._editor.check(Action.READ)
        rows = await self._session.scalars(_living().order_by(func.lower(SynonymRow.meaning)))
        return [_record(row) for row in rows]

    async def read(self, id_: int) -> SynonymRecord:
        """Return an entry. Raises SynonymNotFoundError."""
        self._editor.check(Action.READ)
        return _record(await self._find(id_))

    async def add(self, entry: Synonym) -> SynonymRecord:
        """Add an entry; one that was deleted comes back. Raises SynonymExistsError."""
        self._editor.check(Action.EDIT)
        same = func.lower(SynonymRow.meaning) == entry.sens.lower()
        row = await self._session.scalar(select(SynonymRow).where(same).with_for_update())
        if row is None:
            row = SynonymRow(meaning=entry.sens, version=0)
            self._session.add(row)
            return await self._write(row, entry, ADDED)
        if row.deleted_at is None:
            raise SynonymExistsError
        return await self._write(row, entry, RESTORED)

    async def replace(self, id_: int, entry: Synonym, *, version: int | None) -> SynonymRecord:
        """Replace an entry read at `version` (None: whatever it is).

        Raises SynonymNotFoundError, SynonymModifiedError or SynonymExistsError.
        """
        self._editor.check(Action.EDIT)
        row = await self._find(id_, version=version)
        return await self._write(row, entry, CHANGED)

    async def bring_back(self, id_: int, entry: Synonym, *, version: int | None) -> SynonymRecord:
        """Use again an entry that was deleted, as given.

        Raises SynonymNotFoundError, SynonymModifiedError or SynonymExistsError.
        """
        self._editor.check(Action.EDIT)
        row = await self._find(id_, version=version, deleted=True)
        return await self._write(row, entry, RESTORED)

    async def read_deleted(self, id_: int) -> SynonymRecord:
        """Return an entry that was deleted. Raises SynonymNotFoundError."""
        self._editor.check(Action.READ)
        return _record(await self._find(id_, deleted=True))

    async def list_deleted(self) -> Sequence[SynonymRecord]:
        """Return the entries that were deleted, the last first."""
        self._editor.check(Action.READ)
        gone = select(SynonymRow).where(SynonymRow.deleted_at.is_not(None))
        rows = await self._session.scalars(gone.order_by(SynonymRow.deleted_at.desc()))
        return [_record(row) for row in rows]

    async def history(self, id_: int) -> Sequence[Left]:
        """Return how an entry was left at each change, the last first."""
        self._editor.check(Action.READ)
        return await history(self._session, SYNONYM, str(id_))

    async def delete(self, id_: int, *, version: int | None) -> None:
        """Delete an entry. Raises SynonymNotFoundError or SynonymModifiedError."""
        self._editor.check(Action.EDIT)
        row = await self._find(id_, version=version)
        before = _content(row), row.editor or PRODUCT
        row.deleted_at = func.now()
        row.editor, row.version = self._editor.name, row.version + 1
        await self._keep(row, REMOVED, before)
        await self._tell()

    async def _find(
        self, id_: int, *, version: int | None = None, deleted: bool = False
    ) -> SynonymRow:
        query = select(SynonymRow).where(SynonymRow.id == id_).with_for_update()
        row = await self._session.scalar(query)
        if row is None or (row.deleted_at is not None) != deleted:
            raise SynonymNotFoundError
        if version is not None and row.version != version:
            raise SynonymModifiedError
        return row

    async def _write(self, row: SynonymRow, entry: Synonym, action: str) -> SynonymRecord:
        before = None if action == ADDED else (_content(row), row.editor or PRODUCT)
        row.meaning, row.forms = entry.sens, list(entry.formes)
        row.capitals_only = entry.sigle is not None
        row.editor, row.version, row.deleted_at = self._editor.name, row.version + 1, None
        row.updated_at = func.now()
        try:
            await self._session.flush()
        except IntegrityError:
            raise SynonymExistsError from None
        await self._session.refresh(row)
        await self._keep(row, action, before)
        await self._tell()
        return _record(row)

    async def _keep(
        self, row: SynonymRow, action: str, before: tuple[dict[str, Any], str] | None
    ) -> None:
        content, who = _content(row), self._editor.name
        await keep(self._session, SYNONYM, str(row.id), action, content, editor=who, before=before)

    async def _tell(self) -> None:
        """Have every process rebuild its index once the transaction is committed."""
        await self._session.execute(text("select pg_notify(:channel, '')"), _CHANNEL)


async def read_synonyms(session: AsyncSession) -> Synonyms:
    """Return the synonyms in use."""
    return Synonyms(_entry(row) for row in await session.scalars(_living()))


async def seed_synonyms(session: AsyncSession, entries: Iterable[Synonym]) -> None:
    """Add the entries of the product's file that the base never had; the caller commits."""
    rows = [
        {
            "meaning": each.sens,
            "forms": list(each.formes),
            "capitals_only": each.sigle is not None,
            "version": 1,
        }
        for each in entries
    ]
    await session.execute(insert(SynonymRow).values(rows).on_conflict_do_nothing())


def without_entry(records: Iterable[SynonymRecord], id_: int) -> Synonyms:
    """Return the synonyms as they would be without the entry of `id_`."""
    return Synonyms(each.entry for each in records if each.id != id_)


def with_entry(records: Iterable[SynonymRecord], entry: Synonym, *, id_: int | None) -> Synonyms:
    """Return the synonyms as they would be with an entry added, or replacing that of `id_`."""
    return Synonyms([*(each.entry for each in records if each.id != id_), entry])


_CHANNEL = {"channel": CHANGED_CHANNEL}


def _living() -> Select[SynonymRow]:
    return select(SynonymRow).where(SynonymRow.deleted_at.is_(None))


def _entry(row: SynonymRow) -> Synonym:
    return Synonym(
        sens=row.meaning,
        formes=tuple(row.forms),
        sigle="majuscules" if row.capitals_only else None,
    )


def to_entry(content: Mapping[str, Any]) -> Synonym:
    """Return an entry as its history keeps it."""
    return Synonym(
        sens=content["sens"],
        formes=tuple(content["formes"]),
        sigle="majuscules" if content["majuscules"] else None,
    )


def _content(row: SynonymRow) -> dict[str, Any]:
    return {"sens": row.meaning, "formes": list(row.forms), "majuscules": row.capitals_only}


def _record(row: SynonymRow) -> SynonymRecord:
    return SynonymRecord(row.id, _entry(row), row.version, row.editor, row.updated_at)
