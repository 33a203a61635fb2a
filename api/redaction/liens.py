"""What the page of a resource says of the pages that it cites."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.redaction.pages import texts
from knowledge.veille.links import Link, LinkState

_SAFE = ("https://", "http://")
_OUTAGE = "5"


@dataclass(frozen=True, slots=True)
class Lien:
    """A page cited: its state, why in French, since when, last visited when."""

    nom: str
    url: str
    adresse_sure: bool
    etat: LinkState | None
    pourquoi: str
    depuis: datetime | None
    visite_le: datetime | None


def told_link(link: Link) -> Lien:
    """Return what is said of a page."""
    return Lien(
        nom=link.name or link.url,
        url=link.url,
        adresse_sure=link.url.startswith(_SAFE),
        etat=link.state,
        pourquoi="" if link.state is LinkState.VIVANT else _why(link.reason),
        depuis=link.since,
        visite_le=link.checked_at,
    )


def _why(reason: str) -> str:
    known: dict[str, Any] = texts()["raisons_des_liens"]
    if reason in known:
        return str(known[reason])
    if not reason.isdigit():
        return str(known["injoignable"])
    return str(known["panne" if reason.startswith(_OUTAGE) else "autre"]).format(statut=reason)
