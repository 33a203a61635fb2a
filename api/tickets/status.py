"""Life of a ticket: which status may follow which."""

STATUSES = ("nouveau", "en_cours", "en_attente_elu", "resolu", "clos")
OPEN_STATUSES = ("nouveau", "en_cours", "en_attente_elu")
WAITING = "en_attente_elu"
SOLVED = "resolu"
COMMON_QUEUE = "commune"
DONE_STATUSES = ("resolu", "clos")
PRIORITIES = ("basse", "normale", "haute", "urgente")
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "nouveau": ("en_cours",),
    "en_cours": ("en_attente_elu", "resolu"),
    "en_attente_elu": ("en_cours", "resolu"),
    "resolu": ("clos", "en_cours"),
    "clos": ("en_cours",),
}


class TransitionImpossible(Exception):
    """The status cannot follow the present one; `possible` names those that can."""

    def __init__(self, current: str, wanted: str) -> None:
        super().__init__(f"{current} -> {wanted}")
        self.current = current
        self.wanted = wanted
        self.possible = TRANSITIONS[current]


def check_transition(current: str, wanted: str) -> None:
    """Raise TransitionImpossible unless `wanted` may follow `current` (or is the same)."""
    if wanted != current and wanted not in TRANSITIONS[current]:
        raise TransitionImpossible(current, wanted)
