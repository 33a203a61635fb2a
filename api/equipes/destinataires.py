"""Whose address hears that a ticket waits: the one of its advisor's account, or of its team's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte
from api.comptes.roles import Role
from api.equipes.models import CompteEquipe
from api.equipes.relais import ADVISORS, Absents, absents_on

# One mail each: a request that waits is not a mailing list.
_MOST = 20
_TEAMS = select(CompteEquipe.compte_id).where(CompteEquipe.compte_id == Compte.id)


@dataclass(frozen=True, slots=True)
class Destinataire:
    """Who is written to; `remplace` is set when they stand in for somebody who is away."""

    courriel: str
    nom: str | None = None
    remplace: bool = False


class Destinataires:
    """Finds the addresses of the staff through one session, as they are on a day."""

    def __init__(self, session: AsyncSession, day: date) -> None:
        self._session = session
        self._day = day

    async def advisor(self, nom: str | None) -> Destinataire | None:
        """Return who answers for an advisor's tickets: themselves, or their delegate."""
        if nom is None:
            return None
        query = select(Compte.nom, Compte.courriel).where(
            func.lower(Compte.nom) == nom.lower(), _in_use(), Compte.role.in_(ADVISORS)
        )
        known = (await self._session.execute(query)).all()
        return next(iter(await self._there(known)), None)

    async def team(self, equipe: str | None) -> list[Destinataire]:
        """Return those of a team; those who are in every team, being in none, where it is empty.

        Without a team, the ticket is in the common queue: it is every advisor's.
        """
        if equipe is None:
            return await self._found(Compte.role == Role.CONSEILLER)
        members = await self._found(Compte.role.in_(ADVISORS) & _member_of(equipe))
        return members or await self._found((Compte.role == Role.CONSEILLER) & ~exists(_TEAMS))

    async def responsables(self, equipe: str | None) -> list[Destinataire]:
        """Return the responsables of a team, else those who are in none, else all of them."""
        of_team = _member_of(equipe) if equipe is not None else None
        for scope in (of_team, ~exists(_TEAMS), true()):
            if scope is None:
                continue
            found = await self._found((Compte.role == Role.RESPONSABLE) & scope)
            if found:
                return found
        return []

    async def _found(self, condition: ColumnElement[bool]) -> list[Destinataire]:
        query = select(Compte.nom, Compte.courriel).where(_in_use(), condition)
        ordered = query.order_by(Compte.nom).limit(_MOST)
        return await self._there((await self._session.execute(ordered)).all())

    async def _there(self, people: Iterable[tuple[str, str]]) -> list[Destinataire]:
        away = await absents_on(self._session, self._day)
        return _without_doubles([each for one in people if (each := _heard(one, away))])


def _heard(person: tuple[str, str], away: Absents) -> Destinataire | None:
    nom, courriel = person
    relais = away.of(nom)
    if relais is None:
        return Destinataire(courriel, nom)
    if relais.courriel is None:
        return None
    return Destinataire(relais.courriel, relais.delegue, remplace=True)


def _without_doubles(found: Sequence[Destinataire]) -> list[Destinataire]:
    return list({each.courriel: each for each in found}.values())


def _in_use() -> ColumnElement[bool]:
    return Compte.disabled_at.is_(None)


def _member_of(equipe: str) -> ColumnElement[bool]:
    return exists(_TEAMS.where(CompteEquipe.equipe == equipe))
