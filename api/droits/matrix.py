"""The table of rights: which role, or which scope of a key, may do what; which route does what."""

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.comptes.roles import Role
from api.tickets.keys import SCOPES

_FILE = Path(__file__).with_name("droits.yml")
_KEY = "cle:"

OPEN = "ouvert"
CONVERSATION = "conversation"
EDITORIAL = "redaction"
# Decided elsewhere, each in one place; see the head of the table.
DELEGATED = frozenset({OPEN, CONVERSATION, EDITORIAL})

Holder = Annotated[str, Field(min_length=1)]


class Right(BaseModel):
    """Who may do an action; `contenu`: it shows or changes what an élu wrote.

    `equipe`: it is about one ticket, which another team's advisor is refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    par: Annotated[tuple[Holder, ...], Field(min_length=1)]
    contenu: bool = False
    equipe: bool = False

    @model_validator(mode="after")
    def _check(self) -> "Right":
        known = {*Role, *(f"{_KEY}{scope}" for scope in SCOPES)}
        unknown = set(self.par) - known
        if unknown:
            raise ValueError(f"inconnu : {', '.join(sorted(unknown))}")
        if self.contenu and Role.ADMIN_TECHNIQUE in self.par:
            raise ValueError("admin_technique ne voit aucun contenu")
        return self

    @property
    def scopes(self) -> tuple[str, ...]:
        """Scopes of keys that allow it."""
        return tuple(each.removeprefix(_KEY) for each in self.par if each.startswith(_KEY))

    def allows(self, role: str) -> bool:
        """Tell whether an account of this role may."""
        return role in self.par


class Matrix(BaseModel):
    """The whole table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actions: dict[str, Right]
    routes: dict[str, str]
    listes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> "Matrix":
        unknown = set(self.routes.values()) - set(self.actions) - DELEGATED
        if unknown:
            raise ValueError(f"actions inconnues : {', '.join(sorted(unknown))}")
        rights = {each: self.actions.get(self.routes.get(each, "")) for each in self.listes}
        wrong = [each for each, right in rights.items() if right is None or not right.contenu]
        if wrong:
            raise ValueError(f"listes sans contenu : {', '.join(sorted(wrong))}")
        return self

    def action_of(self, method: str, path: str) -> str | None:
        """Return what a route does; None when the table does not know it."""
        return self.routes.get(_line(method, path))

    def lists(self, method: str, path: str) -> bool:
        """Tell whether a route writes its line itself, once it knows which tickets it shows."""
        return _line(method, path) in self.listes

    def allows(self, role: str, action: str) -> bool:
        """Tell whether an account of this role may do this."""
        return self.actions[action].allows(role)


def _line(method: str, path: str) -> str:
    return f"{'GET' if method == 'HEAD' else method} {path}"


@cache
def load_matrix() -> Matrix:
    """Read the table."""
    return Matrix.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
