"""The second factor of an account: added, asked for at the login, replaced, taken away."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.attempts import count_attempt
from api.comptes.factor_repository import FactorRepository
from api.comptes.journal import CompteEventKind, CompteJournal
from api.comptes.login import hash_token, open_session
from api.comptes.models import Compte, Entry, SecondFactor
from api.comptes.repository import CompteRepository
from api.comptes.totp import (
    is_one_time,
    matching_step,
    new_recovery_codes,
    new_secret,
    read_code,
)
from api.database import Database
from api.secret_box import SecretBox, SecretUnreadable

logger = logging.getLogger(__name__)


class CodeWrong(Exception):
    """The code is not the one of now, was used already, or does not exist."""


@dataclass(frozen=True, slots=True)
class FactorState:
    """What an account may see of its second factor; `secret` only until it is confirmed."""

    confirmed_at: datetime | None = None
    codes_left: int = 0
    secret: bytes | None = None


@dataclass(slots=True)
class SecondFactorService:
    """Use cases of the second factor; each code that is given counts as an attempt."""

    database: Database
    box: SecretBox
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def state(self, compte: Compte) -> FactorState:
        """Return what the account has."""
        async with self.database.sessions.begin() as session:
            repository = FactorRepository(session)
            factor = await repository.get(compte.id)
            if factor is None:
                return FactorState()
            if factor.confirmed_at is None:
                return FactorState(secret=self._secret(factor))
            return FactorState(factor.confirmed_at, await repository.codes_left(compte.id))

    async def begin(self, compte: Compte) -> None:
        """Draw a secret to be confirmed; does nothing to a second factor in use."""
        sealed = self.box.seal(new_secret(), about=compte.id)
        async with self.database.sessions.begin() as session:
            repository = FactorRepository(session)
            factor = await repository.get(compte.id, lock=True)
            if factor is None:
                await repository.add(
                    SecondFactor(compte_id=compte.id, secret=sealed, created_at=self.now())
                )
            elif factor.confirmed_at is None:
                factor.secret, factor.created_at = sealed, self.now()

    async def confirm(self, compte: Compte, code: str, *, token: str) -> list[str]:
        """Put the second factor in use; return its recovery codes, told once.

        The other sessions of the account, opened without it, are closed. Raises CodeWrong,
        LoginLocked.
        """
        await self._count(compte)
        async with self.database.sessions.begin() as session:
            factor = await FactorRepository(session).get(compte.id, lock=True)
            if factor is None or factor.confirmed_at is not None:
                raise CodeWrong
            self._use_step(factor, read_code(code))
            factor.confirmed_at = self.now()
            comptes = CompteRepository(session)
            await comptes.close_other_sessions(compte.id, kept=hash_token(token))
            opened = await comptes.session_of(hash_token(token))
            if opened is not None:
                opened[0].entry = Entry.SECOND_FACTOR
            return await self._done(session, compte, CompteEventKind.FACTOR_ADDED)

    async def renew_codes(self, compte: Compte, code: str) -> list[str]:
        """Replace the recovery codes; return the new ones, told once.

        Raises CodeWrong, LoginLocked.
        """
        await self._count(compte)
        async with self.database.sessions.begin() as session:
            await self._check(session, compte, code)
            return await self._done(session, compte, CompteEventKind.CODES_RENEWED)

    async def remove(self, compte: Compte, code: str) -> None:
        """Take the second factor away, at the request of its owner.

        Raises CodeWrong, LoginLocked.
        """
        await self._count(compte)
        async with self.database.sessions.begin() as session:
            await self._check(session, compte, code)
            await FactorRepository(session).remove(compte.id)
            await CompteRepository(session).forget_attempts(_key(compte))
            kind = CompteEventKind.FACTOR_REMOVED
            await CompteJournal(session).add(compte, kind, by=compte.nom)

    async def complete(self, compte: Compte, code: str, *, token: str) -> str:
        """End a login that waited for the second factor; return the secret of its session.

        Raises CodeWrong, LoginLocked.
        """
        await self._count(compte)
        async with self.database.sessions.begin() as session:
            await self._check(session, compte, code)
            comptes = CompteRepository(session)
            await comptes.forget_attempts(_key(compte))
            await comptes.close_session(hash_token(token))
            entry = Entry.SECOND_FACTOR
            return await open_session(session, compte.id, now=self.now(), entry=entry)

    async def _count(self, compte: Compte) -> None:
        async with self.database.sessions.begin() as session:
            await count_attempt(session, _key(compte), now=self.now())

    async def _check(self, session: AsyncSession, compte: Compte, typed: str) -> None:
        """Take a one-time code or a recovery code; each works once."""
        repository, code = FactorRepository(session), read_code(typed)
        factor = await repository.get(compte.id, lock=True)
        if factor is None or factor.confirmed_at is None:
            raise CodeWrong
        if is_one_time(code):
            self._use_step(factor, code)
            return
        if not await repository.use_code(compte.id, _hash(compte.id, code), at=self.now()):
            raise CodeWrong
        await CompteJournal(session).add(compte, CompteEventKind.CODE_USED, by=compte.nom)

    def _use_step(self, factor: SecondFactor, code: str) -> None:
        secret = self._secret(factor)
        step = (
            matching_step(secret, code, now=self.now(), after=factor.last_step) if secret else None
        )
        if step is None:
            raise CodeWrong
        factor.last_step = step

    def _secret(self, factor: SecondFactor) -> bytes | None:
        try:
            return self.box.open(factor.secret, about=factor.compte_id)
        except SecretUnreadable:
            logger.warning("second factor unreadable: the key of the service is another")
            return None

    async def _done(
        self, session: AsyncSession, compte: Compte, kind: CompteEventKind
    ) -> list[str]:
        """Give new recovery codes, write what happened, forget the failures."""
        codes = new_recovery_codes()
        hashes = [_hash(compte.id, read_code(each)) for each in codes]
        await FactorRepository(session).replace_codes(compte.id, hashes)
        await CompteRepository(session).forget_attempts(_key(compte))
        await CompteJournal(session).add(compte, kind, by=compte.nom)
        return codes


async def reset_factor(session: AsyncSession, courriel: str, *, by: str) -> bool:
    """Take the second factor of a lost phone away, and close the account's sessions.

    False when no account of this address has one.
    """
    comptes = CompteRepository(session)
    compte = await comptes.by_courriel(courriel.strip().lower())
    if compte is None or not await FactorRepository(session).remove(compte.id):
        return False
    await comptes.close_sessions_of(compte.id)
    await comptes.forget_attempts(_key(compte))
    await CompteJournal(session).add(compte, CompteEventKind.FACTOR_RESET, by=by)
    return True


def _key(compte: Compte) -> bytes:
    """Return under what the attempts count: knowing the password does not forget them."""
    return hash_token(f"second:{compte.id}")


def _hash(compte_id: str, code: str) -> bytes:
    return hash_token(f"{compte_id}:{code}")
