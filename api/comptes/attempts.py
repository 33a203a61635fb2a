"""Failed attempts: counted before anything is checked, then longer and longer waits."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.repository import CompteRepository

FREE_FAILURES = 5
_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(minutes=15)
_MEMORY = timedelta(days=1)


class LoginLocked(Exception):
    """Too many failures: not before `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("locked")
        self.wait = wait


def delay_after(failures: int) -> timedelta:
    """Return how long one waits after so many failures: nothing, then twice as long."""
    if failures < FREE_FAILURES:
        return timedelta()
    doublings = min(failures - FREE_FAILURES, 10)
    return min(_FIRST_DELAY * (1 << doublings), _LONGEST_DELAY)


async def count_attempt(session: AsyncSession, key: bytes, *, now: datetime) -> None:
    """Count an attempt as a failure, until it turns out to be right: guesses sent together count.

    Commit before checking. Raises LoginLocked.
    """
    repository = CompteRepository(session)
    await repository.forget_attempts_before(now - _MEMORY)
    attempts = await repository.attempts(key, now=now)
    if attempts.locked_until and attempts.locked_until > now:
        raise LoginLocked(attempts.locked_until - now)
    attempts.failures += 1
    attempts.last_at = now
    delay = delay_after(attempts.failures)
    attempts.locked_until = now + delay if delay else None
