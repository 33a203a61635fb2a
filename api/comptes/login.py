"""Enter and leave: passwords counted before they are checked, sessions kept in the database."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte, CompteSession
from api.comptes.passwords import verify_password
from api.comptes.repository import CompteRepository
from api.database import Database

SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=4)
FREE_FAILURES = 5
_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(minutes=15)
_MEMORY = timedelta(days=1)
_TOUCH = timedelta(minutes=1)


class LoginRefused(Exception):
    """The address and the password do not go together, or the account is shut."""


class LoginLocked(Exception):
    """Too many failures on this address: not before `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("locked")
        self.wait = wait


def hash_token(token: str) -> bytes:
    """Return what is kept of a secret that we drew."""
    return hashlib.sha256(token.encode()).digest()


def delay_after(failures: int) -> timedelta:
    """Return how long an address waits after so many failures: nothing, then twice as long."""
    if failures < FREE_FAILURES:
        return timedelta()
    doublings = min(failures - FREE_FAILURES, 10)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)


@dataclass(slots=True)
class LoginService:
    """Opens sessions; no connection is held while a password is hashed."""

    database: Database
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def open(self, courriel: str, password: str) -> str:
        """Return the secret of a new session.

        The attempt is counted first: guesses sent all at once are counted all the same.
        Raises LoginLocked, LoginRefused.
        """
        address = courriel.strip().lower()
        key = hash_token(address)
        compte = await self._count(key, address)
        kept = compte.password_hash if compte and compte.disabled_at is None else None
        if not await verify_password(password, kept) or compte is None:
            raise LoginRefused
        async with self.database.sessions.begin() as session:
            repository = CompteRepository(session)
            await repository.forget_attempts(key)
            (await session.get_one(Compte, compte.id)).last_login_at = self.now()
            return await open_session(session, compte.id, now=self.now())

    async def _count(self, key: bytes, address: str) -> Compte | None:
        now = self.now()
        async with self.database.sessions.begin() as session:
            repository = CompteRepository(session)
            await repository.forget_attempts_before(now - _MEMORY)
            attempts = await repository.attempts(key, now=now)
            if attempts.locked_until and attempts.locked_until > now:
                raise LoginLocked(attempts.locked_until - now)
            attempts.failures += 1
            attempts.last_at = now
            delay = delay_after(attempts.failures)
            attempts.locked_until = now + delay if delay else None
            return await repository.by_courriel(address)

    async def find(self, token: str) -> Compte | None:
        """Return the account of an open session; None when it is closed or too old."""
        now = self.now()
        async with self.database.sessions.begin() as session:
            found = await CompteRepository(session).session_of(hash_token(token))
            if found is None:
                return None
            opened, compte = found
            past = now - opened.created_at > SESSION_LIFE or now - opened.seen_at > SESSION_IDLE
            if past or compte.disabled_at is not None:
                return None
            if now - opened.seen_at > _TOUCH:
                opened.seen_at = now
            return compte

    async def close(self, token: str) -> None:
        """Close a session."""
        async with self.database.sessions.begin() as session:
            await CompteRepository(session).close_session(hash_token(token))


async def open_session(session: AsyncSession, compte_id: str, *, now: datetime) -> str:
    """Open a session and return its secret; old ones are swept on the way."""
    token = secrets.token_urlsafe(32)
    repository = CompteRepository(session)
    await repository.close_sessions_before(created=now - SESSION_LIFE, seen=now - SESSION_IDLE)
    await repository.open_session(
        CompteSession(
            token_hash=hash_token(token), compte_id=compte_id, created_at=now, seen_at=now
        )
    )
    return token
