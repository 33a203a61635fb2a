"""What takes seconds to count, kept ten minutes: the figures of tens of thousands of requests."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

KEPT = timedelta(minutes=10)
MANY = 10_000
"""From so many requests on; fewer are counted at each reading."""
_MOST = 32

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Garde(Generic[T]):
    """Figures; `at`: when they were counted, of those that are kept only."""

    figures: T
    at: datetime | None = None


class Gardes(Generic[T]):
    """The figures of a page, by what was asked; one count runs at a time."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Garde[T]] = {}
        self._turn = asyncio.Lock()

    async def get(
        self, asked: Hashable, now: datetime, count: Callable[[], Awaitable[tuple[T, int]]]
    ) -> Garde[T]:
        """Return the figures asked for; `count` gives them, and of how many requests they are."""
        async with self._turn:
            self._forget(now)
            if asked in self._kept:
                return self._kept[asked]
            figures, requests = await count()
            if requests < MANY:
                return Garde(figures)
            self._kept[asked] = Garde(figures, now)
            return self._kept[asked]

    def _forget(self, now: datetime) -> None:
        """Forget what is too old, and the oldest of too many."""
        fresh = [
            (asked, each)
            for asked, each in self._kept.items()
            if each.at is not None and now < each.at + KEPT
        ]
        self._kept = dict(fresh[-_MOST:])
