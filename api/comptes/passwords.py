"""Passwords: hashed with argon2id, never kept, never logged."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from nlu.text import fold

MIN_LENGTH = 12
MAX_LENGTH = 200
_MIN_DISTINCT = 6
# Each hash takes 64 MiB and a core: a crowd at the door waits, it does not exhaust the machine.
_AT_ONCE = asyncio.Semaphore(2)
_HASHER = PasswordHasher()


class PasswordWeak(Exception):
    """The password is too easy to guess; `reason` is the key of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_password(password: str, *, about: tuple[str, ...]) -> None:
    """Raise PasswordWeak: too short, repetitive, or made of the person's own name or address."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise PasswordWeak("mot_de_passe_court")
    if len(set(password)) < _MIN_DISTINCT:
        raise PasswordWeak("mot_de_passe_simple")
    left = fold(password)
    for word in fold(" ".join(about).replace("@", " ").replace(".", " ")).split():
        left = left.replace(word, "") if len(word) > 2 else left  # noqa: PLR2004 - « de », « le »
    if len(left) < MIN_LENGTH // 2:
        raise PasswordWeak("mot_de_passe_personnel")


async def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


async def verify_password(password: str, hashed: str | None) -> bool:
    """Tell whether this is the password; without an account, take as long to say no."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_matches, password[:MAX_LENGTH], hashed)


def _matches(password: str, hashed: str | None) -> bool:
    try:
        found = _HASHER.verify(hashed or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return found and bool(hashed)


@cache
def _decoy() -> str:
    return _HASHER.hash("personne")
