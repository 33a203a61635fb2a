"""Canned answers: a file that advisors change; a missing fact is an error, never a hole."""

from functools import cache
from pathlib import Path

import yaml
from jinja2 import Environment, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from api.tickets.models import Ticket
from assistant.replies import french_date

_FILE = Path(__file__).with_name("modeles.yml")


class Modele(BaseModel):
    """A canned answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    titre: str = Field(min_length=1)
    texte: str = Field(min_length=1)


@cache
def load_modeles() -> tuple[Modele, ...]:
    """Read the canned answers."""
    found = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Modele, ...]).validate_python(found)


@cache
def _environment() -> Environment:
    # Plain text, shown in a text area that the page escapes.
    return Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701


def fill_modele(name: str | None, ticket: Ticket, *, conseiller: str) -> str:
    """Return a canned answer filled in for a ticket; empty when there is no such one."""
    found = next((each for each in load_modeles() if each.id == name), None)
    if found is None:
        return ""
    return (
        _environment()
        .from_string(found.texte)
        .render(
            nom=ticket.nom or "",
            reference=ticket.reference,
            territoire=(ticket.territoire or {}).get("nom", ""),
            attendu_le=french_date(ticket.expected_reply_by),
            conseiller=conseiller,
        )
    )
