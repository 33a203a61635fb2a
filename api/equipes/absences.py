"""Declaring an absence, and coming back; what cannot be is refused with a sentence."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.journal import CompteEventKind, CompteJournal
from api.comptes.models import Compte
from api.equipes.models import Absence
from api.equipes.relais import ADVISORS
from api.equipes.repository import AbsenceRepository

_TEXTS = Path(__file__).parent.parent / "textes" / "equipes.yml"


@cache
def load_texts() -> dict[str, Any]:
    """Return what is said about teams and absences."""
    texts: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts


class AbsenceRefused(Exception):
    """The absence cannot be declared so; `key` is that of a sentence."""

    def __init__(self, key: str, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Wish:
    """An absence as it is asked for, both days included."""

    du: date
    au: date
    delegue: Compte | None = None


class AbsenceService:
    """Use cases of the absences within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._absences = AbsenceRepository(session)
        self._journal = CompteJournal(session)

    async def declare(self, compte: Compte, wish: Wish, *, par: str, today: date) -> Absence:
        """Write that someone will be away, and who stands in.

        Raises AbsenceRefused.
        """
        if not holds_tickets(compte):
            raise AbsenceRefused("sans_demandes", nom=compte.nom)
        if wish.au < wish.du:
            raise AbsenceRefused("dates_inversees")
        if wish.au < today:
            raise AbsenceRefused("passee")
        await self._absences.lock()
        known = await self._absences.between(compte.id, wish.du, wish.au)
        if known:
            raise AbsenceRefused("deja", du=known[0].du, au=known[0].au)
        if wish.delegue is not None:
            await self._check_delegate(compte, wish.delegue, wish)
        absence = Absence(
            compte_id=compte.id,
            du=wish.du,
            au=wish.au,
            delegue_id=wish.delegue.id if wish.delegue else None,
            par=par,
        )
        await self._absences.add(absence)
        await self._journal.add(compte, CompteEventKind.ABSENCE_DECLARED, by=par)
        return absence

    async def _check_delegate(self, compte: Compte, delegue: Compte, wish: Wish) -> None:
        if delegue.id == compte.id:
            raise AbsenceRefused("soi_meme")
        if delegue.disabled_at is not None:
            raise AbsenceRefused("delegue_ferme", nom=delegue.nom)
        if delegue.role not in ADVISORS:
            raise AbsenceRefused("delegue_role", nom=delegue.nom)
        away = await self._absences.between(delegue.id, wish.du, wish.au)
        if not away:
            return
        facts = {"nom": delegue.nom, "du": away[0].du, "au": away[0].au}
        loop = await self._leads_to(compte.id, away[0], wish)
        raise AbsenceRefused("boucle" if loop else "delegue_absent", **facts)

    async def _leads_to(self, compte_id: str, absence: Absence, wish: Wish) -> bool:
        """Tell whether those who stand in, one for the other, come back to this account."""
        seen: set[str] = set()
        following: str | None = absence.delegue_id
        while following is not None and following not in seen:
            if following == compte_id:
                return True
            seen.add(following)
            away = await self._absences.between(following, wish.du, wish.au)
            following = away[0].delegue_id if away else None
        return False

    async def withdraw(self, absence: Absence, compte: Compte, *, par: str, now: datetime) -> None:
        """Write that someone is back, or does not leave; nothing when it was already written."""
        if absence.retiree_le is None:
            await self._absences.withdraw(absence, now=now)
            await self._journal.add(compte, CompteEventKind.ABSENCE_ENDED, by=par)


def holds_tickets(compte: Compte) -> bool:
    """Tell whether an account is one that tickets are given to."""
    return compte.disabled_at is None and compte.role in ADVISORS
