"""What the queue is asked, as its address says it."""

from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from api.comptes.models import Compte
from api.tickets.queue import View
from api.tickets.repository import TicketFilter

ME = "moi"
NOBODY = "personne"
_LARGEST_ID = 2**31 - 1


class QueueQuery(BaseModel):
    """What the queue is asked; an empty field asks nothing.

    `apres`: the newest request that the page asking knew of, to tell it what came since.
    """

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    vue: View = View.RUNNING
    q: Annotated[str, Field(max_length=200)] = ""
    theme: Annotated[str, Field(max_length=60)] = ""
    route: Annotated[str, Field(max_length=40)] = ""
    priorite: Annotated[str, Field(max_length=10)] = ""
    departement: Annotated[str, Field(max_length=3)] = ""
    conseiller: Annotated[str, Field(max_length=80)] = ""
    equipe: Annotated[str, Field(max_length=40)] = ""
    suite: Annotated[str | None, Field(max_length=400)] = None
    avis: Annotated[str, Field(max_length=20)] = ""
    apres: Annotated[int | None, Field(ge=0, le=_LARGEST_ID)] = None

    @property
    def filters(self) -> dict[str, str]:
        """The fields that are filled in, the view aside."""
        return {
            name: value
            for name, value in self.model_dump(exclude={"vue", "suite", "avis", "apres"}).items()
            if value
        }

    def address(self, vue: str | None = None, suite: str | None = None) -> str:
        """Return the address of another view, or of another page, with the same filters."""
        wanted = {"vue": vue or self.vue.value, **self.filters}
        return "?" + urlencode({**wanted, "suite": suite} if suite else wanted)


def read_criteria(
    query: QueueQuery, compte: Compte, instead: tuple[str, ...] = ()
) -> tuple[TicketFilter, bool]:
    """Return the criteria asked for, and whether only unassigned tickets are.

    One's own tickets are also those of whom one stands in for (`instead`).
    """
    given = {name: value for name, value in query.filters.items() if name != "conseiller"}
    given["departement"] = given.get("departement", "").upper()
    named = query.conseiller if query.conseiller not in (ME, NOBODY) else ""
    assignee = compte.nom if query.conseiller == ME else named
    wanted: dict[str, Any] = {
        "assignee": assignee,
        "team": given.pop("equipe", ""),
        "priority": given.pop("priorite", ""),
        **given,
    }
    kept = {name: value for name, value in wanted.items() if value}
    relayed = instead if query.conseiller == ME else ()
    return TicketFilter(**kept, instead=relayed), query.conseiller == NOBODY
