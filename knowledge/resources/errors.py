"""Refusals of the base of resources, with their facts."""

from collections.abc import Sequence


class ResourceError(Exception):
    """Something asked of a resource that cannot be done."""


class ResourceNotFoundError(ResourceError):
    """No resource has this identifier."""

    def __init__(self, resource_id: str) -> None:
        self.resource_id = resource_id
        super().__init__(f"no resource {resource_id!r}")


class ResourceExistsError(ResourceError):
    """A resource, deleted ones included, already has this identifier."""

    def __init__(self, resource_id: str) -> None:
        self.resource_id = resource_id
        super().__init__(f"resource {resource_id!r} exists")


class ResourceDeletedError(ResourceError):
    """The resource was deleted: it can only be restored."""

    def __init__(self, resource_id: str) -> None:
        self.resource_id = resource_id
        super().__init__(f"resource {resource_id!r} is deleted")


class ResourceModifiedError(ResourceError):
    """Somebody else changed the resource since it was read."""

    def __init__(self, resource_id: str, *, expected: int, actual: int) -> None:
        self.resource_id = resource_id
        self.expected = expected
        self.actual = actual
        super().__init__(f"resource {resource_id!r}: version {expected} expected, {actual} found")


class TransitionImpossibleError(ResourceError):
    """The state cannot follow the present one; `possible` names those that can."""

    def __init__(self, current: str, wanted: str, possible: Sequence[str]) -> None:
        self.current = current
        self.wanted = wanted
        self.possible = tuple(possible)
        super().__init__(f"{current} -> {wanted}")


class FourEyesError(ResourceError):
    """The one who publishes is the author, or the last to have edited."""


class ScheduleImpossibleError(ResourceError):
    """The moment chosen for a publication is past, or comes after the expiry of the text."""


class ActionForbiddenError(ResourceError):
    """No role of the editor allows the action."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(action)
