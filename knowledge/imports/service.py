"""Import of a file of resources by staff: what it would do, then all of it or nothing.

Rows become drafts, or revisions of what is published: nothing reaches élus without a review. The
key is the identifier, made from the title when the file has none: a second import of the same file
changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.imports.columns import Columns
from knowledge.imports.rows import Entry, read_row
from knowledge.imports.table import Table
from knowledge.resources import records, repository
from knowledge.resources.drafting import check_draft
from knowledge.resources.editing import EditorialService
from knowledge.resources.errors import ResourceExistsError
from knowledge.resources.lifecycle import Action, Editor
from knowledge.resources.lint import IsKnown
from knowledge.resources.problems import ContentProblem, ContentRefused
from knowledge.resources.record import ResourceRecord
from knowledge.resources.repository import Trace
from knowledge.resources.resource import Resource, ResourceState
from knowledge.resources.snapshot import to_snapshot


class Outcome(StrEnum):
    """What an import does, or would do, of a row."""

    CREATED = "creee"
    UPDATED = "modifiee"
    UNCHANGED = "inchangee"
    REFUSED = "refusee"


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A row: its line in the file, the resource, what becomes of it, why it is refused."""

    entry: Entry
    outcome: Outcome
    resource: Resource | None = None
    version: int = 0
    problems: tuple[ContentProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file would do to the base as it is now."""

    columns: Columns
    lines: tuple[PlannedLine, ...]

    def having(self, outcome: Outcome) -> tuple[PlannedLine, ...]:
        """Return the lines of one outcome."""
        return tuple(each for each in self.lines if each.outcome is outcome)


class ResourceImport:
    """The import of one file by one editor, within a transaction that the caller commits."""

    def __init__(
        self, session: AsyncSession, editor: Editor, *, is_known: IsKnown, today: date
    ) -> None:
        editor.check(Action.IMPORT)
        self._session = session
        self._editor = editor
        self._is_known = is_known
        self._today = today

    async def plan(self, table: Table, columns: Columns) -> ImportPlan:
        """Say what the file would do; nothing is written."""
        entries = [read_row(row, columns) for row in table.rows]
        present = await records.find_many(self._session, [each.id for each in entries])
        seen: dict[str, int] = {}
        lines = [self._line(each, present.get(each.id), seen) for each in entries]
        return ImportPlan(columns, tuple(lines))

    async def commit(self, plan: ImportPlan) -> None:
        """Write what a plan without refusal says.

        Raises:
            ResourceExistsError, ResourceModifiedError: the base changed since the plan was made.
        """
        drafts = [each.resource for each in plan.having(Outcome.CREATED) if each.resource]
        trace = Trace(self._editor.name, Action.IMPORT.value, silent=True)
        try:
            await repository.insert_many(self._session, drafts, trace=trace)
        except IntegrityError:
            raise ResourceExistsError(drafts[0].id) from None
        editing = EditorialService(self._session, self._editor, is_known=self._is_known)
        for line in plan.having(Outcome.UPDATED):
            await editing.edit(
                line.entry.id, line.entry.apply, version=line.version, action=Action.IMPORT
            )

    def _line(
        self, entry: Entry, present: ResourceRecord | None, seen: dict[str, int]
    ) -> PlannedLine:
        problems = [*entry.problems, *_conflicts(entry, present, seen)]
        seen.setdefault(entry.id, entry.line)
        resource = entry.apply(present.working) if present else entry.to_draft()
        if resource is not None:
            problems += self._wrong(resource)
        if problems or resource is None:
            told = {(each.field, each.code): each for each in problems}
            return PlannedLine(entry, Outcome.REFUSED, problems=tuple(told.values()))
        if present is None:
            return PlannedLine(entry, Outcome.CREATED, resource)
        same = to_snapshot(resource) == to_snapshot(present.working)
        outcome = Outcome.UNCHANGED if same else Outcome.UPDATED
        return PlannedLine(entry, outcome, resource, present.resource.version)

    def _wrong(self, resource: Resource) -> tuple[ContentProblem, ...]:
        try:
            check_draft(resource, is_known=self._is_known, today=self._today)
        except ContentRefused as refused:
            return refused.problems
        return ()


def _conflicts(
    entry: Entry, present: ResourceRecord | None, seen: dict[str, int]
) -> Iterator[ContentProblem]:
    """Yield what opposes a row to another row, or to the resource that it would change."""
    if entry.id in seen:
        yield _problem(entry, "id", "ligne_en_double", valeur=entry.id, autre=seen[entry.id])
    if present is not None:
        yield from _against(entry, present)
    elif entry.type is None and not any(each.field == "type" for each in entry.problems):
        yield _problem(entry, "type", "type_absent")


def _against(entry: Entry, present: ResourceRecord) -> Iterator[ContentProblem]:
    stored = present.resource
    if present.deleted_at is not None:
        yield _problem(entry, "id", "fiche_supprimee")
    elif stored.state is ResourceState.ARCHIVE:
        yield _problem(entry, "id", "fiche_archivee")
    if entry.type not in (None, stored.type):
        yield _problem(entry, "type", "type_fixe", type=stored.type.value)
    if entry.version not in (None, stored.version):
        facts = {"attendue": entry.version, "presente": stored.version}
        yield _problem(entry, "version", "version_ancienne", **facts)


def _problem(entry: Entry, field: str, code: str, **facts: object) -> ContentProblem:
    return ContentProblem(str(entry.line), field, code, facts)
