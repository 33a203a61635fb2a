"""The stages of an accompaniment, and what is late. Pure: no database, no page."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

YEARLY = timedelta(days=365)
"""When nobody said otherwise, a territory is looked at again a year after the last note."""


class Etape(StrEnum):
    """Where an accompaniment is, in the order of its life."""

    CONTACT = "contact"
    DIAGNOSTIC = "diagnostic"
    PLAN = "plan"
    PARCOURS = "parcours"
    SUPERVISION = "supervision"
    BILAN = "bilan"
    TERMINE = "termine"


class Contact(StrEnum):
    """How a territory was met."""

    APPEL = "appel"
    COURRIEL = "courriel"
    VISIO = "visio"
    RENCONTRE = "rencontre"


@dataclass(frozen=True, slots=True)
class Suivi:
    """Where the cellule is with a territory.

    `depuis` is the day of the note that set the stage, `derniere` that of the last note, `a_revoir`
    the day when it must be looked at again; None once it is over.
    """

    type: str
    code: str
    etape: Etape
    depuis: date | None
    derniere: date
    a_revoir: date | None
    notes: int

    def is_late(self, today: date) -> bool:
        """Tell whether it should have been looked at before today."""
        return self.a_revoir is not None and self.a_revoir < today


def review_day(le: date, asked: date | None, etape: Etape | None) -> date | None:
    """Return when a territory is to be looked at again, from a note; never once it is over."""
    if etape is Etape.TERMINE:
        return None
    if asked is not None:
        return asked
    return le + YEARLY if le <= date.max - YEARLY else None
