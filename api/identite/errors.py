"""Why someone does not come in through the identity provider."""


class IdentityRefused(Exception):
    """One is not let in; `key` is that of a sentence of `api/textes/entree.yml`.

    `leave`: where to close the provider's session, so as to come back as someone else.
    """

    def __init__(self, key: str, *, leave: str | None = None, **facts: str) -> None:
        super().__init__(key)
        self.key = key
        self.leave = leave
        self.facts = facts


class ProviderDown(Exception):
    """The identity provider does not answer, or answers nothing that can be used."""
