"""What can go wrong with the base of territories."""


class TerritoireNotFoundError(LookupError):
    """No current territory bears this code."""

    def __init__(self, type_: str, code: str) -> None:
        super().__init__(f"{type_}:{code}")
        self.type = type_
        self.code = code
