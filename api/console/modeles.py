"""Canned answers: those of a file, as a responsable may have changed them since.

Two signs and no more, so that whoever writes one never breaks a page: `{nom}` is a fact of the
request; what stands between square brackets is left out when a fact inside it is missing.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.models import ModeleReponse
from api.tickets.clock import promise_of
from api.tickets.models import Ticket

_FILE = Path(__file__).with_name("modeles.yml")
VARIABLES = ("nom", "reference", "territoire", "attendu_le", "conseiller")
_VARIABLE = re.compile(r"\{([^{}\n]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


class Modele(BaseModel):
    """A canned answer; `version` is 0 as long as it is that of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    titre: str = Field(min_length=1)
    texte: str = Field(min_length=1)
    version: int = 0
    retire: bool = False


class ModeleFaulty(Exception):
    """The text of a canned answer cannot be filled in; `key` is that of a sentence."""

    def __init__(self, key: str, **facts: str) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


@cache
def load_modeles() -> tuple[Modele, ...]:
    """Read the canned answers of the file."""
    found = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Modele, ...]).validate_python(found)


async def all_modeles(session: AsyncSession) -> list[Modele]:
    """Return every canned answer as it is now, those withdrawn included: the file's first."""
    rows = await session.scalars(select(ModeleReponse).order_by(ModeleReponse.titre))
    changed = {
        row.id: Modele(
            id=row.id, titre=row.titre, texte=row.texte, version=row.version, retire=row.retire
        )
        for row in rows
    }
    own = [changed.pop(each.id, each) for each in load_modeles()]
    return [*own, *changed.values()]


async def shown_modeles(session: AsyncSession) -> list[Modele]:
    """Return the canned answers that advisors are offered."""
    return [each for each in await all_modeles(session) if not each.retire]


def fill_modele(
    modeles: Sequence[Modele], name: str | None, ticket: Ticket, *, conseiller: str
) -> str:
    """Return a canned answer filled in for a ticket; empty when there is no such one."""
    found = next((each for each in modeles if each.id == name), None)
    if found is None:
        return ""
    facts = {
        "nom": ticket.nom or "",
        "reference": ticket.reference,
        "territoire": (ticket.territoire or {}).get("nom", ""),
        "attendu_le": promise_of(ticket).words,
        "conseiller": conseiller,
    }
    return fill(found.texte, facts)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Return a text with its facts.

    >>> fill("Bonjour[ {nom}],", {"nom": ""})
    'Bonjour,'
    """

    def optional(match: re.Match[str]) -> str:
        wanted = _VARIABLE.findall(match[1])
        return match[1] if wanted and all(facts.get(each) for each in wanted) else ""

    return _VARIABLE.sub(lambda match: facts.get(match[1], ""), _OPTIONAL.sub(optional, text))


def check_text(text: str) -> None:
    """Raise ModeleFaulty when a text names a fact that does not exist, or leaves a sign open."""
    for name in _VARIABLE.findall(text):
        if name not in VARIABLES:
            raise ModeleFaulty("variable", nom=name)
    inside = _OPTIONAL.findall(text)
    if any(not _VARIABLE.search(each) for each in inside):
        raise ModeleFaulty("crochets_vides")
    if re.search(r"[{}]", _VARIABLE.sub("", text)) or re.search(r"[\[\]]", _OPTIONAL.sub("", text)):
        raise ModeleFaulty("signe_ouvert")
