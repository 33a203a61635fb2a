"""The life of a resource in the hands of staff, within one transaction that the caller commits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.resources import records, repository
from knowledge.resources.drafting import check_complete, check_draft
from knowledge.resources.errors import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ScheduleImpossibleError,
    TransitionImpossibleError,
)
from knowledge.resources.lifecycle import (
    Action,
    Editor,
    check_editable,
    check_four_eyes,
    check_transition,
    possible_states,
)
from knowledge.resources.lint import IsKnown
from knowledge.resources.record import ResourceRecord
from knowledge.resources.repository import Trace
from knowledge.resources.resource import PARIS, Resource, ResourceState, french_today
from knowledge.resources.snapshot import to_snapshot

Change = Callable[[Resource], Resource]
# These never change what élus see: the indexes need not be told.
_UNSEEN = frozenset({Action.CREATE, Action.EDIT, Action.SUBMIT, Action.REOPEN, Action.IMPORT})
UNPLANNED: dict[str, Any] = {"revision_at": None, "revision_by": None}
NO_REVISION: dict[str, Any] = {"revision": None, "revision_state": None, **UNPLANNED}


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What changes of the following of a resource; None leaves it as it is."""

    owner: str | None = None
    review_on: date | None = None
    verified_on: date | None = None

    def changes(self) -> dict[str, Any]:
        """Return what changes, by the name of its field."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not None}


class EditorialService:
    """What an editor does; every method checks the right, the version and the state first.

    `version` is the one that the editor read, None to act on the present one. All raise
    `ActionForbiddenError`, `ResourceNotFoundError`, `ResourceModifiedError`,
    `ResourceDeletedError` or `TransitionImpossibleError` as the case may be.
    """

    def __init__(
        self,
        session: AsyncSession,
        editor: Editor,
        *,
        is_known: IsKnown,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        today: Callable[[], date] = french_today,
    ) -> None:
        self._session = session
        self._editor = editor
        self._is_known = is_known
        self._now = now
        self._today = today

    async def create(self, resource: Resource, *, numbered: bool = False) -> ResourceRecord:
        """Add a draft; `numbered` gives it another identifier when its own is taken.

        Raises:
            ContentRefused: it says something wrong; it may be unfinished.
            ResourceExistsError: its identifier is taken.
        """
        self._editor.check(Action.CREATE)
        draft = replace(resource, state=ResourceState.BROUILLON, version=1)
        self._check_draft(draft)
        if numbered:
            draft = replace(draft, id=await records.free_identifier(self._session, draft.id))
        if await records.find(self._session, draft.id) is not None:
            raise ResourceExistsError(draft.id)
        try:
            await repository.insert_many(self._session, [draft], trace=self._trace(Action.CREATE))
        except IntegrityError:  # created by somebody else at the same moment
            raise ResourceExistsError(draft.id) from None
        return await self.read(draft.id)

    async def read(self, resource_id: str) -> ResourceRecord:
        """Return a record, deleted ones included."""
        found = await records.find(self._session, resource_id)
        if found is None:
            raise ResourceNotFoundError(resource_id)
        return found

    async def edit(
        self,
        resource_id: str,
        change: Change,
        *,
        version: int | None,
        action: Action = Action.EDIT,
    ) -> ResourceRecord:
        """Change the text; what is published stays as it is, and the new text has its own review.

        Raises:
            ContentRefused: the new text says something wrong; it may be unfinished.
        """
        record = await self._open(resource_id, action, version)
        check_editable(record)
        present = record.working
        wanted = replace(change(present), id=present.id, state=present.state)
        if to_snapshot(wanted) == to_snapshot(present):
            return record
        self._check_draft(wanted)
        if record.resource.state is not ResourceState.PUBLIE:
            return await self._write(record, wanted, action, editor=self._editor.name)
        state = record.revision_state or ResourceState.BROUILLON
        return await self._revise(record, wanted, action, state=state, editor=self._editor.name)

    async def follow(
        self, resource_id: str, follow_up: FollowUp, *, version: int | None = None
    ) -> ResourceRecord:
        """Say who answers for a resource, or when to read it again: no text, so no review."""
        record = await self._open(resource_id, Action.FOLLOW, version)
        check_editable(record)
        changes = follow_up.changes()
        resource = replace(record.resource, **changes)
        self._check_draft(resource)
        if record.revision is None:
            return await self._write(record, resource, Action.FOLLOW)
        revision = replace(record.revision, **changes)
        return await self._write(
            record,
            resource,
            Action.FOLLOW,
            content=revision,
            revision=to_snapshot(revision),
        )

    async def submit(self, resource_id: str, *, version: int | None = None) -> ResourceRecord:
        """Ask for a review.

        Raises:
            ContentRefused: the text is unfinished.
        """
        record = await self._open(resource_id, Action.SUBMIT, version)
        check_transition(record, ResourceState.A_RELIRE)
        check_complete(record.working, is_known=self._is_known, today=self._today())
        return await self._restate(record, ResourceState.A_RELIRE, Action.SUBMIT)

    async def reopen(self, resource_id: str, *, version: int | None = None) -> ResourceRecord:
        """Make a draft of what waits for a review, or of what was archived."""
        record = await self._open(resource_id, Action.REOPEN, version)
        check_transition(record, ResourceState.BROUILLON)
        return await self._restate(record, ResourceState.BROUILLON, Action.REOPEN)

    async def publish(
        self,
        resource_id: str,
        *,
        version: int | None = None,
        publish_at: datetime | None = None,
    ) -> ResourceRecord:
        """Show the text to élus, now or at the moment given.

        Raises:
            FourEyesError: the editor wrote the resource or edited it last.
            ContentRefused: the text is unfinished.
            ScheduleImpossibleError: the text will have expired by then.
        """
        record = await self._open(resource_id, Action.PUBLISH, version)
        check_transition(record, ResourceState.PUBLIE)
        check_four_eyes(record, self._editor)
        check_complete(record.working, is_known=self._is_known, today=self._today())
        self._check_moment(record.working, publish_at)
        now = self._now()
        online = record.publish_at is None or record.publish_at <= now
        if publish_at is not None and publish_at > now and online and record.revision is not None:
            return await self._plan_revision(record, record.revision, publish_at)
        moment = self._moment(record, publish_at, now)
        columns: dict[str, Any] = NO_REVISION | {"publish_at": moment}
        if moment is not None:
            columns["published_at"] = moment
        published = replace(record.working, state=ResourceState.PUBLIE)
        return await self._write(record, published, Action.PUBLISH, **columns)

    async def reschedule(
        self, resource_id: str, publish_at: datetime | None, *, version: int | None = None
    ) -> ResourceRecord:
        """Move a planned publication, or give it up: the text then waits for a review again.

        Raises:
            ScheduleImpossibleError: the moment is past, or the text will have expired by then.
        """
        record = await self._open(resource_id, Action.SCHEDULE, version)
        if record.deleted_at is not None or record.planned(self._now()) is None:
            raise TransitionImpossibleError(
                record.stage, Action.SCHEDULE.value, possible_states(record)
            )
        if publish_at is not None and publish_at <= self._now():
            raise ScheduleImpossibleError(resource_id)
        self._check_moment(record.working, publish_at)
        if record.revision_at is not None and record.revision is not None:
            return await self._plan_revision(record, record.revision, publish_at)
        if publish_at is not None:
            moved: dict[str, Any] = {"publish_at": publish_at, "published_at": publish_at}
            return await self._write(record, record.resource, Action.SCHEDULE, **moved)
        waits = replace(record.working, state=record.revision_state or ResourceState.A_RELIRE)
        given_up = NO_REVISION | {"publish_at": None, "published_at": None}
        return await self._write(record, waits, Action.SCHEDULE, **given_up)

    async def archive(self, resource_id: str, *, version: int | None = None) -> ResourceRecord:
        """Withdraw the resource; a revision under way stays in the history only."""
        record = await self._open(resource_id, Action.ARCHIVE, version)
        check_transition(record, ResourceState.ARCHIVE)
        archived = replace(record.resource, state=ResourceState.ARCHIVE)
        columns = NO_REVISION | {"publish_at": None}
        return await self._write(record, archived, Action.ARCHIVE, **columns)

    async def delete(self, resource_id: str, *, version: int | None = None) -> ResourceRecord:
        """Hide the resource from all; `restore` gives it back as it was."""
        record = await self._open(resource_id, Action.DELETE, version)
        if record.deleted_at is not None:
            return record
        return await self._hide(record, Action.DELETE, deleted_at=self._now())

    async def restore(self, resource_id: str, *, version: int | None = None) -> ResourceRecord:
        """Give back what was deleted, as it was."""
        record = await self._open(resource_id, Action.RESTORE, version)
        if record.deleted_at is None:
            raise TransitionImpossibleError(
                record.stage, Action.RESTORE.value, possible_states(record)
            )
        missed = record.revision_at is not None and record.revision_at <= self._now()
        columns = UNPLANNED if missed else {}
        return await self._hide(record, Action.RESTORE, deleted_at=None, **columns)

    def _check_draft(self, resource: Resource) -> None:
        check_draft(resource, is_known=self._is_known, today=self._today())

    def _moment(
        self, record: ResourceRecord, publish_at: datetime | None, now: datetime
    ) -> datetime | None:
        """Return the moment of a publication to come, None for now."""
        wanted = record.publish_at if publish_at is None else publish_at
        return wanted if wanted is not None and wanted > now else None

    @staticmethod
    def _check_moment(text: Resource, publish_at: datetime | None) -> None:
        """Refuse to plan what would be hidden as soon as it is published."""
        if publish_at is None or text.expires_on is None:
            return
        if text.expires_on < publish_at.astimezone(PARIS).date():
            raise ScheduleImpossibleError(text.id)

    async def _plan_revision(
        self, record: ResourceRecord, revision: Resource, moment: datetime | None
    ) -> ResourceRecord:
        """Have the new text wait until the moment given; None has it wait for a review."""
        # Whoever moves the hour is not always the one who read the text again.
        by = record.revision_by or self._editor.name
        return await self._write(
            record,
            record.resource,
            Action.SCHEDULE,
            content=revision,
            revision_at=moment,
            revision_by=None if moment is None else by,
        )

    async def _open(self, resource_id: str, action: Action, version: int | None) -> ResourceRecord:
        self._editor.check(action)
        await records.lock(self._session, resource_id)
        record = await self.read(resource_id)
        actual = record.resource.version
        if version is not None and version != actual:
            raise ResourceModifiedError(resource_id, expected=version, actual=actual)
        return record

    async def _hide(self, record: ResourceRecord, action: Action, **columns: Any) -> ResourceRecord:
        content = replace(record.working, state=record.stage)
        return await self._write(record, record.resource, action, content=content, **columns)

    async def _restate(
        self, record: ResourceRecord, state: ResourceState, action: Action
    ) -> ResourceRecord:
        if record.revision is None:
            return await self._write(record, replace(record.resource, state=state), action)
        return await self._revise(record, record.revision, action, state=state)

    async def _revise(
        self,
        record: ResourceRecord,
        revision: Resource,
        action: Action,
        *,
        state: ResourceState,
        **columns: Any,
    ) -> ResourceRecord:
        revision = replace(revision, state=state)
        return await self._write(
            record,
            record.resource,
            action,
            content=revision,
            revision=to_snapshot(revision),
            revision_state=state,
            **UNPLANNED,
            **columns,
        )

    async def _write(
        self,
        record: ResourceRecord,
        resource: Resource,
        action: Action,
        *,
        content: Resource | None = None,
        **columns: Any,
    ) -> ResourceRecord:
        await repository.change(
            self._session,
            resource,
            expected_version=record.resource.version,
            trace=self._trace(action, content),
            columns=columns,
        )
        return await self.read(resource.id)

    def _trace(self, action: Action, content: Resource | None = None) -> Trace:
        return Trace(self._editor.name, action.value, content, silent=action in _UNSEEN)
