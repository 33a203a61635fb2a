"""The history of the accounts: how one enters, teams, absences. PostgreSQL refuses changes."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte, CompteEvent

# Who acts from the command line of the server; a name of an account never has a colon.
COMMAND_LINE = "commande:serveur"


class CompteEventKind(StrEnum):
    """What may happen; the sentences are in `api/textes/entree.yml`."""

    FACTOR_ADDED = "facteur_ajoute"
    FACTOR_REMOVED = "facteur_retire"
    FACTOR_RESET = "facteur_reinitialise"
    CODES_RENEWED = "codes_renouveles"
    CODE_USED = "code_secours_utilise"
    LINKED = "identite_reliee"
    TEAMS_CHANGED = "equipes_changees"
    ABSENCE_DECLARED = "absence_declaree"
    ABSENCE_ENDED = "absence_retiree"


class CompteJournal:
    """Writes and reads the history of the accounts through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, compte: Compte, kind: CompteEventKind, *, by: str) -> None:
        """Write what happened to an account, and who did it."""
        facts = {"compte_id": compte.id, "nom": compte.nom, "kind": kind.value, "by": by}
        await self._session.execute(insert(CompteEvent).values(**facts))

    async def last(self, limit: int) -> Sequence[CompteEvent]:
        """Return the last events, newest first."""
        query = select(CompteEvent).order_by(CompteEvent.id.desc()).limit(limit)
        return (await self._session.execute(query)).scalars().all()

    async def erase_older_than(self, age: timedelta) -> int:
        """Erase the events older than `age`; return how many."""
        old = delete(CompteEvent).where(CompteEvent.at < func.now() - age)
        return len((await self._session.execute(old.returning(CompteEvent.id))).all())
