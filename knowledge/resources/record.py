"""A resource as staff know it: its text, the revision under way, who wrote and edited it."""

from dataclasses import dataclass
from datetime import datetime

from knowledge.resources.resource import Resource, ResourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecord:
    """What the base keeps of a resource besides what élus see.

    `revision` is the new text of a published resource, which stays as it is until that text is
    published in turn. `publish_at` is the moment before which a published resource stays hidden.
    """

    resource: Resource
    revision: Resource | None = None
    revision_state: ResourceState | None = None
    author: str
    editor: str
    publish_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def working(self) -> Resource:
        """The text that staff edit."""
        return self.revision or self.resource

    @property
    def stage(self) -> ResourceState:
        """The state of the text that staff edit."""
        return self.revision_state or self.resource.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One entry of the history of a resource, never modified: the text after it, who, when."""

    version: int
    action: str
    actor: str
    state: ResourceState
    at: datetime
    content: Resource
