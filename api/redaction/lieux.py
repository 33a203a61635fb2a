"""The territories of a resource, as people name them and as they look for them."""

from dataclasses import dataclass

from api.container import Container
from assistant.sources import Knowledge
from knowledge.territoires.territoire import Territoire

NATIONAL = "france"
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Lieu:
    """A territory: its reference, the name that tells it from its homonyms."""

    reference: str
    nom: str


def chosen_places(knowledge: Knowledge, references: tuple[str, ...], *, france: str) -> list[Lieu]:
    """Return the territories of a resource, those that are unknown under their reference."""
    return [Lieu(each, _name(knowledge, each, france)) for each in references]


def search_places(services: Container, typed: str) -> list[Lieu]:
    """Return the territories that a name or a code may mean, the most populated first."""
    found = services.territoires.autocomplete(typed, limit=_SHOWN)
    return [Lieu(f"{each.type}:{each.code}", each.label) for each in found]


def only_place(services: Container, typed: str) -> str | None:
    """Return the reference that a text can only mean, or None."""
    kind, _, code = typed.partition(":")
    if code:
        known = services.knowledge.find(kind, code)
        return typed if known else None
    found = search_places(services, typed)
    return found[0].reference if len(found) == 1 else None


def _name(knowledge: Knowledge, reference: str, france: str) -> str:
    if reference == NATIONAL:
        return france
    kind, _, code = reference.partition(":")
    found = knowledge.find(kind, code) if code else None
    return _told(found) if found else reference


def _told(territoire: Territoire) -> str:
    if territoire.type == "commune" and territoire.departement:
        return f"{territoire.nom} ({territoire.departement})"
    return territoire.nom
