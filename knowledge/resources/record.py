"""A resource as staff know it: its text, the revision under way, who wrote and edited it."""

from dataclasses import dataclass
from datetime import date, datetime

from knowledge.resources.resource import Resource, ResourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    """What the base keeps of a resource besides what élus see.

    `revision` is the new text of a published resource, which stays as it is until that text is
    published in turn, at `revision_at` when `revision_by` planned it. `publish_at` is the moment
    before which a published resource stays hidden.
    """

    resource: Resource
    revision: Resource | None = None
    revision_state: ResourceState | None = None
    author: str
    editor: str
    publish_at: datetime | None = None
    revision_at: datetime | None = None
    revision_by: str | None = None
    deleted_at: datetime | None = None

    @property
    def working(self) -> Resource:
        """The text that staff edit."""
        return self.revision or self.resource

    @property
    def stage(self) -> ResourceState:
        """The state of the text that staff edit."""
        return self.revision_state or self.resource.state

    @property
    def due_on(self) -> date | None:
        """Day when what élus see is to be read again; that of the draft before they see it.

        Following a resource gives both texts the same day.
        """
        return self.resource.review_on

    def planned(self, now: datetime) -> datetime | None:
        """Return the moment to come of the text's publication; of the new text if both wait."""
        moments = (self.revision_at, self.publish_at)
        return next((each for each in moments if each is not None and each > now), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One entry of the history of a resource, never modified: the text after it, who, when."""

    version: int
    action: str
    actor: str
    state: ResourceState
    at: datetime
    content: Resource
