"""Who may do what with a resource, and which state may follow which: decided without a database."""

from dataclasses import dataclass
from enum import StrEnum

from knowledge.resources.errors import (
    ActionForbiddenError,
    FourEyesError,
    ResourceDeletedError,
    TransitionImpossibleError,
)
from knowledge.resources.record import ResourceRecord
from knowledge.resources.resource import ResourceState


class Role(StrEnum):
    """What someone of the staff answers for."""

    REDACTEUR = "redacteur"
    RELECTEUR = "relecteur"
    RESPONSABLE = "responsable"


class Action(StrEnum):
    """What can be done with a resource; the value is what the history shows."""

    READ = "lire"
    CREATE = "creer"
    EDIT = "modifier"
    FOLLOW = "suivre"
    SUBMIT = "soumettre"
    REOPEN = "reprendre"
    PUBLISH = "publier"
    SCHEDULE = "programmer"
    ARCHIVE = "archiver"
    DELETE = "supprimer"
    RESTORE = "restaurer"
    IMPORT = "importer"


_EVERYONE = frozenset(Role)
_WRITERS = frozenset({Role.REDACTEUR, Role.RESPONSABLE})
_REVIEWERS = frozenset({Role.RELECTEUR, Role.RESPONSABLE})
RIGHTS: dict[Action, frozenset[Role]] = {
    Action.READ: _EVERYONE,
    Action.CREATE: _WRITERS,
    Action.EDIT: _EVERYONE,
    Action.FOLLOW: _EVERYONE,
    Action.SUBMIT: _EVERYONE,
    Action.REOPEN: _EVERYONE,
    Action.PUBLISH: _REVIEWERS,
    Action.SCHEDULE: _REVIEWERS,
    Action.ARCHIVE: _REVIEWERS,
    Action.DELETE: frozenset({Role.RESPONSABLE}),
    Action.RESTORE: frozenset({Role.RESPONSABLE}),
    Action.IMPORT: _WRITERS,
}

_BROUILLON, _A_RELIRE = ResourceState.BROUILLON, ResourceState.A_RELIRE
_PUBLIE, _ARCHIVE = ResourceState.PUBLIE, ResourceState.ARCHIVE
TRANSITIONS: dict[ResourceState, tuple[ResourceState, ...]] = {
    _BROUILLON: (_A_RELIRE,),
    _A_RELIRE: (_PUBLIE, _BROUILLON),
    _PUBLIE: (_ARCHIVE,),
    _ARCHIVE: (_BROUILLON,),
}


@dataclass(frozen=True, slots=True)
class Editor:
    """Someone of the staff: the name that the history keeps, the roles held."""

    name: str
    roles: frozenset[Role]

    def check(self, action: Action) -> None:
        """Raise `ActionForbiddenError` unless one of the roles allows the action."""
        if not self.roles & RIGHTS[action]:
            raise ActionForbiddenError(action)


def possible_states(record: ResourceRecord) -> tuple[ResourceState, ...]:
    """Return the states that may follow; a revision under way has its own life beside the text."""
    if record.deleted_at is not None:
        return ()
    present = TRANSITIONS[record.resource.state]
    if record.revision_state is None:
        return present
    return (*TRANSITIONS[record.revision_state], *present)


def check_transition(record: ResourceRecord, wanted: ResourceState) -> None:
    """Raise `ResourceDeletedError` or `TransitionImpossibleError` unless `wanted` may follow."""
    if record.deleted_at is not None:
        raise ResourceDeletedError(record.resource.id)
    possible = possible_states(record)
    if wanted not in possible:
        raise TransitionImpossibleError(record.stage, wanted, possible)


def check_editable(record: ResourceRecord) -> None:
    """Raise unless the text may be edited: neither deleted nor archived."""
    if record.deleted_at is not None:
        raise ResourceDeletedError(record.resource.id)
    if record.resource.state is _ARCHIVE:
        raise TransitionImpossibleError(_ARCHIVE, _A_RELIRE, TRANSITIONS[_ARCHIVE])


def check_four_eyes(record: ResourceRecord, editor: Editor) -> None:
    """Raise `FourEyesError` when the one who publishes wrote the text or edited it last."""
    if editor.name in (record.author, record.editor):
        raise FourEyesError(record.resource.id)
