"""Waits when the service asks to (RFC 9110, 10.2.3), and asks again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

_ASKS_TO_WAIT = (429, 503)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many times a request is sent in all, and the longest wait accepted, in seconds."""

    attempts: int = 4
    longest_wait_seconds: float = 60.0

    def insist(self, send: Callable[[], httpx2.Response]) -> httpx2.Response:
        """Send until the service does not ask to wait; return the last answer."""
        answer = send()
        for _ in range(self.attempts - 1):
            wait = wait_asked(answer, now=datetime.now(UTC))
            if wait is None or wait > self.longest_wait_seconds:
                break
            time.sleep(wait)
            answer = send()
        return answer


def wait_asked(answer: httpx2.Response, *, now: datetime) -> float | None:
    """Return how many seconds the service asks to wait; None when it does not ask."""
    told = answer.headers.get("retry-after", "").strip()
    if answer.status_code not in _ASKS_TO_WAIT or not told:
        return None
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)
