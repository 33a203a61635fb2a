"""The history of the accounts: how one enters, teams, absences. PostgreSQL refuses changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte, CompteEvent

# Who acts from the command line of the server; a name of an account never has a colon.
COMMAND_LINE = "commande:serveur"


class CompteEventKind(StrEnum):
    """What may happen; the sentences are in `api/textes/entree.yml`."""

    OPENED = "compte_ouvert"
    RENEWED = "compte_repris"
    CLOSED = "compte_ferme"
    FACTOR_ADDED = "facteur_ajoute"
    FACTOR_REMOVED = "facteur_retire"
    FACTOR_RESET = "facteur_reinitialise"
    CODES_RENEWED = "codes_renouveles"
    CODE_USED = "code_secours_utilise"
    LINKED = "identite_reliee"
    TEAMS_CHANGED = "equipes_changees"
    ABSENCE_DECLARED = "absence_declaree"
    ABSENCE_ENDED = "absence_retiree"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Criteria of the history; None asks nothing. `who` is a part of a name, of either side."""

    who: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what the lines must satisfy."""
        found: list[ColumnElement[bool]] = []
        if self.who is not None:
            names = (func.lower(each) for each in (CompteEvent.by, CompteEvent.nom))
            wanted = self.who.lower()
            found.append(or_(*(name.contains(wanted, autoescape=True) for name in names)))
        if self.kind is not None:
            found.append(CompteEvent.kind == self.kind)
        if self.since is not None:
            found.append(CompteEvent.at >= self.since)
        if self.until is not None:
            found.append(CompteEvent.at < self.until)
        return found


class CompteJournal:
    """Writes and reads the history of the accounts through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, compte: Compte, kind: CompteEventKind, *, by: str) -> None:
        """Write what happened to an account, and who did it."""
        facts = {"compte_id": compte.id, "nom": compte.nom, "kind": kind.value, "by": by}
        await self._session.execute(insert(CompteEvent).values(**facts))

    async def page(
        self, criteria: EventFilter, *, before: int | None = None, limit: int
    ) -> Sequence[CompteEvent]:
        """Return the last events that fit, newest first, those numbered below `before`."""
        query = select(CompteEvent).where(*criteria.conditions())
        if before is not None:
            query = query.where(CompteEvent.id < before)
        query = query.order_by(CompteEvent.id.desc()).limit(limit)
        return (await self._session.execute(query)).scalars().all()

    async def erase_older_than(self, age: timedelta) -> int:
        """Erase the events older than `age`; return how many."""
        old = delete(CompteEvent).where(CompteEvent.at < func.now() - age)
        return len((await self._session.execute(old.returning(CompteEvent.id))).all())
