"""Who is away on a day, and who stands in for them: looked up each time, so that all comes back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.comptes.models import Compte
from api.comptes.roles import Role
from api.equipes.models import Absence

# Who may hold a ticket.
ADVISORS = (Role.CONSEILLER, Role.RESPONSABLE)


@dataclass(frozen=True, slots=True)
class Relais:
    """Someone is away up to `au`; `delegue` is there instead, at `courriel`, if anyone is."""

    nom: str
    au: date
    delegue: str | None = None
    courriel: str | None = None


@dataclass(frozen=True, slots=True)
class Absents:
    """Those who are away on a day, by name."""

    relais: dict[str, Relais] = field(default_factory=dict)

    def of(self, nom: str | None) -> Relais | None:
        """Return who stands in for someone; None when they are there."""
        return self.relais.get(nom or "")

    def relayed_by(self, nom: str) -> tuple[str, ...]:
        """Return those whom someone stands in for."""
        return tuple(each.nom for each in self.relais.values() if each.delegue == nom)

    @property
    def alone(self) -> tuple[str, ...]:
        """Those nobody stands in for: their tickets are their team's meanwhile."""
        return tuple(each.nom for each in self.relais.values() if each.delegue is None)


async def absents_on(session: AsyncSession, day: date) -> Absents:
    """Return who is away on a day. A delegate who is away too passes on to their own."""
    delegue = aliased(Compte)
    may_stand_in = delegue.disabled_at.is_(None) & delegue.role.in_(ADVISORS)
    query = (
        select(Compte.nom, Absence.au, delegue.nom, delegue.courriel)
        .join(Compte, Compte.id == Absence.compte_id)
        .outerjoin(delegue, (delegue.id == Absence.delegue_id) & may_stand_in)
        .where(Absence.du <= day, Absence.au >= day, Absence.retiree_le.is_(None))
    )
    declared = [Relais(*row) for row in await session.execute(query)]
    return Absents({each.nom: each for each in _resolve(declared)})


def _resolve(declared: Iterable[Relais]) -> Iterable[Relais]:
    """Follow each delegation up to someone who is there; a loop leads to nobody."""
    known = {each.nom: each for each in declared}
    for each in known.values():
        last, seen = each, {each.nom}
        while last.delegue in known and last.delegue not in seen:
            seen.add(last.delegue)
            last = known[last.delegue]
        if last.delegue in known:
            yield Relais(each.nom, each.au)
        else:
            yield Relais(each.nom, each.au, last.delegue, last.courriel)
