"""What the list of the resources shows: its filters, and the territories that they name."""

from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from api.container import Container
from knowledge.resources.filters import RecordFilter
from knowledge.resources.resource import ResourceState, ResourceType
from nlu.text import strip_invisible

_Blank = BeforeValidator(lambda value: value or None)
_Line = Annotated[str, BeforeValidator(lambda text: strip_invisible(str(text)).strip())]


class ListQuery(BaseModel):
    """What the list shows; an empty choice of a form is no choice."""

    q: Annotated[_Line, Field(max_length=200)] = ""
    etat: Annotated[ResourceState | None, _Blank] = None
    type: Annotated[ResourceType | None, _Blank] = None
    theme: Annotated[_Line, Field(max_length=60)] = ""
    territoire: Annotated[_Line, Field(max_length=80)] = ""
    responsable: Annotated[_Line, Field(max_length=200)] = ""
    a_revoir: bool = False
    expirees: bool = False
    expire_bientot: bool = False
    lien_mort: bool = False
    supprimees: bool = False
    lot: Annotated[Literal["vide", "geste"] | None, _Blank] = None
    suite: Annotated[str | None, Field(max_length=400), _Blank] = None

    def address(self, **changes: Any) -> str:
        """Return the query of the same list, changed; the next page is asked for explicitly."""
        values = self.model_dump(mode="json", exclude={"suite", "lot"}) | changes
        kept = {name: "true" if each is True else each for name, each in values.items() if each}
        return f"?{urlencode(kept)}"

    def criteria(self, places: tuple[str, ...]) -> RecordFilter:
        """Return what the base is asked for; `places` are those that `territoire` means."""
        return RecordFilter(
            states=(self.etat,) if self.etat else (),
            type=self.type,
            theme=self.theme or None,
            words=self.q,
            deleted=self.supprimees,
            territoires=places,
            owner=self.responsable or None,
            late=self.a_revoir,
            expired=self.expirees,
            expires_soon=self.expire_bientot,
            dead_link=self.lien_mort,
        )


def read_address(address: str) -> ListQuery | None:
    """Return what the list shows at an address that `ListQuery.address` wrote; None for another."""
    try:
        return ListQuery.model_validate(dict(parse_qsl(address.removeprefix("?"))))
    except ValidationError:
        return None


def find_places(services: Container, typed: str) -> tuple[str, ...] | None:
    """Return the references that a code or a name may mean, none for no text, None if unknown."""
    if not typed:
        return ()
    if typed.lower() == "france":
        return ("france",)
    kind, _, code = typed.partition(":")
    found = services.knowledge.find(kind, code) if code else None
    found = found or services.knowledge.territoires.resolve(typed)
    if found is not None:
        return (f"{found.type}:{found.code}",)
    wanted = typed.casefold()
    same = [
        f"{each.type}:{each.code}"
        for each in services.territoires.autocomplete(typed, limit=20)
        if each.nom.casefold() == wanted
    ]
    return tuple(same) or None
