"""Enter and leave: passwords counted before they are checked, sessions kept in the database."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.attempts import count_attempt
from api.comptes.factor_repository import FactorRepository
from api.comptes.models import Compte, CompteSession, Entry
from api.comptes.passwords import verify_password
from api.comptes.repository import CompteRepository
from api.database import Database

SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=4)
_TOUCH = timedelta(minutes=1)
_WAITING_LIFE = timedelta(minutes=10)


class LoginRefused(Exception):
    """The address and the password do not go together, or the account is shut."""


def hash_token(token: str) -> bytes:
    """Return what is kept of a secret that we drew."""
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class Entered:
    """Someone who is in, how they came in, and the sealed token of their identity provider."""

    compte: Compte
    entry: str
    id_token: bytes | None = None


@dataclass(slots=True)
class LoginService:
    """Opens sessions; no connection is held while a password is hashed."""

    database: Database
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def open(self, courriel: str, password: str) -> str:
        """Return the secret of a new session, which waits for the second factor if there is one.

        The attempt is counted first: guesses sent all at once are counted all the same.
        Raises LoginLocked, LoginRefused.
        """
        address = courriel.strip().lower()
        key = hash_token(address)
        async with self.database.sessions.begin() as session:
            await count_attempt(session, key, now=self.now())
            compte = await CompteRepository(session).by_courriel(address)
        kept = compte.password_hash if compte and compte.disabled_at is None else None
        if not await verify_password(password, kept) or compte is None:
            raise LoginRefused
        async with self.database.sessions.begin() as session:
            await CompteRepository(session).forget_attempts(key)
            return await open_session(session, compte.id, now=self.now())

    async def enter(self, token: str) -> Entered | None:
        """Return who is behind an open session; None when it is closed, too old, or waits."""
        now = self.now()
        async with self.database.alone() as session:
            found = await CompteRepository(session).session_of(hash_token(token))
            if found is None:
                return None
            opened, compte = found
            past = now - opened.created_at > SESSION_LIFE or now - opened.seen_at > SESSION_IDLE
            if past or compte.disabled_at is not None or opened.entry == Entry.WAITING:
                return None
            if now - opened.seen_at > _TOUCH:
                opened.seen_at = now
                await session.flush()
            return Entered(compte, opened.entry, opened.id_token)

    async def find(self, token: str) -> Compte | None:
        """Return the account of an open session; None when it is closed, too old, or waits."""
        entered = await self.enter(token)
        return entered.compte if entered else None

    async def waiting(self, token: str) -> Compte | None:
        """Return the account that gave its password and owes its second factor."""
        async with self.database.sessions.begin() as session:
            found = await CompteRepository(session).session_of(hash_token(token))
            if found is None:
                return None
            opened, compte = found
            past = self.now() - opened.created_at > _WAITING_LIFE
            waits = opened.entry == Entry.WAITING and not past and compte.disabled_at is None
            return compte if waits else None

    async def close(self, token: str) -> None:
        """Close a session."""
        async with self.database.sessions.begin() as session:
            await CompteRepository(session).close_session(hash_token(token))


async def open_session(
    session: AsyncSession,
    compte_id: str,
    *,
    now: datetime,
    entry: Entry | None = None,
    id_token: bytes | None = None,
) -> str:
    """Open a session and return its secret; old ones are swept on the way.

    Without an `entry`, someone gave a password: they owe a second factor if they have one.
    """
    token = secrets.token_urlsafe(32)
    repository = CompteRepository(session)
    await repository.close_sessions_before(created=now - SESSION_LIFE, seen=now - SESSION_IDLE)
    if entry is None:
        owes = await FactorRepository(session).is_confirmed(compte_id)
        entry = Entry.WAITING if owes else Entry.PASSWORD
    if entry != Entry.WAITING:
        (await session.get_one(Compte, compte_id)).last_login_at = now
    await repository.open_session(
        CompteSession(
            token_hash=hash_token(token),
            compte_id=compte_id,
            created_at=now,
            seen_at=now,
            entry=entry,
            id_token=id_token,
        )
    )
    return token
