"""Refusals of the base of resources, with their facts."""


class ResourceError(Exception):
    """Something asked of a resource that cannot be done."""


class ResourceNotFoundError(ResourceError):
    """No resource has this identifier."""

    def __init__(self, resource_id: str) -> None:
        self.resource_id = resource_id
        super().__init__(f"no resource {resource_id!r}")


class ResourceModifiedError(ResourceError):
    """Somebody else changed the resource since it was read."""

    def __init__(self, resource_id: str, *, expected: int, actual: int) -> None:
        self.resource_id = resource_id
        self.expected = expected
        self.actual = actual
        super().__init__(f"resource {resource_id!r}: version {expected} expected, {actual} found")
