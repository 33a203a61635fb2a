"""What the service may refuse, as exceptions.

    Problem
     ├── Unauthorized      401  no key, or a wrong one
     ├── Forbidden         403  the key does not allow this
     ├── NotFound          404
     ├── Conflict          409  `possible`: the statuses that can be reached from here
     ├── VersionStale      412  the ticket changed since it was read
     ├── Invalid           422  `fields`: what to mend
     ├── TooManyRequests   429  after the retries
     └── Unavailable       503  after the retries
    SignatureInvalid            what came to our webhook is not from the service

`str(error)` is the French sentence of the service (RFC 9457, `detail`): show it as it is.
"""

from collections.abc import Mapping
from typing import Any

import httpx2


class Problem(Exception):
    """A refusal; `status` is the HTTP status, `body` all that the service told."""

    def __init__(self, status: int, detail: str, body: Mapping[str, Any]) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.body = body


class Unauthorized(Problem):
    """The access key is missing or wrong."""


class Forbidden(Problem):
    """The access key does not allow this."""


class NotFound(Problem):
    """Nothing bears this reference."""


class Conflict(Problem):
    """The ticket does not allow this now."""

    @property
    def possible(self) -> tuple[str, ...]:
        """Statuses that can be reached; empty when the conflict is about something else."""
        return tuple(self.body.get("possibles", ()))


class VersionStale(Problem):
    """The ticket changed since it was read: read it again, then decide."""


class Invalid(Problem):
    """What was sent cannot be taken."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields to mend."""
        return tuple(self.body.get("champs", ()))


class TooManyRequests(Problem):
    """Too many requests in too little time, in spite of the waits."""


class Unavailable(Problem):
    """The service cannot answer for now, in spite of the waits."""


class SignatureInvalid(Exception):
    """A request to our webhook is not signed by the service, or is too old: answer 401."""


_KINDS: dict[int, type[Problem]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: VersionStale,
    422: Invalid,
    429: TooManyRequests,
    503: Unavailable,
}


def problem_of(answer: httpx2.Response) -> Problem:
    """Return the exception of a refusal, its sentence included when the service gave one."""
    body = _told(answer)
    detail = body.get("detail") or f"Le service a répondu {answer.status_code} sans explication."
    return _KINDS.get(answer.status_code, Problem)(answer.status_code, str(detail), body)


def _told(answer: httpx2.Response) -> dict[str, Any]:
    """Return the problem; a proxy between us may answer something else."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return {}
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
