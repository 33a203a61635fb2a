"""Every night, the pages cited that are due are visited: each once a week, sooner if it failed."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.repository import JobRepository
from api.veille.fetch import Fetcher
from api.veille.links import visit_pages
from api.veille.read import next_morning
from knowledge.veille.links import Due, Visit, cited_pages, note_visits, pages_alive

logger = logging.getLogger(__name__)
VISIT_LINKS = "veille.liens"
_AT = time(3)
_AT_ONCE = 200
_PAUSE_SECONDS = 2.0
_WITHIN = timedelta(minutes=3)
"""How long a part of the pages is visited for: the job is held meanwhile."""
_FAILING_AGAIN = timedelta(hours=22)
"""A page that failed is visited the next night."""
_SITES = 3
"""How many sites must be silent for the fault to be ours: nothing is noted then."""


async def plan_visits(session: AsyncSession, now: datetime) -> None:
    """Have the pages visited tonight; by one process, whatever their number."""
    tonight = next_morning(now, at=_AT)
    jobs = JobRepository(session)
    await jobs.add_unless_held(VISIT_LINKS, {}, dedupe=VISIT_LINKS, run_at=tonight)


class VisitLinks:
    """The handler of the job of every night; a part of the pages at a time. 0 days: never."""

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        days: int,
        pause: float = _PAUSE_SECONDS,
        limit: int = _AT_ONCE,
        within: timedelta = _WITHIN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._fetcher = fetcher
        self._days = days
        self._pause = pause
        self._limit = limit
        self._within = within
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime | None:
        """Visit what is due; return when to go on, None when that was switched off."""
        if not self._days:
            return None
        now = self._now()
        # Visited at three, a page is due again at three, whatever the night took.
        every = timedelta(days=self._days) - timedelta(hours=2)
        due = Due(before=now - every, failing=now - min(every, _FAILING_AGAIN))
        pages = await cited_pages(session, due=due, limit=self._limit)
        visits = await visit_pages(
            self._fetcher, pages, lambda *_: None, pause=self._pause, within=self._within
        )
        if await self._is_cut_off(session, visits):
            logger.warning("no site answers", extra={"pages": len(visits)})
            return next_morning(now, at=_AT)
        await note_visits(session, visits, at=now)
        logger.info("pages visited", extra={"pages": len(visits)})
        more = len(pages) == self._limit or len(visits) < len(pages)
        return self._now() if more else next_morning(now, at=_AT)

    async def _is_cut_off(self, session: AsyncSession, visits: Sequence[Visit]) -> bool:
        """Tell whether the service, rather than the sites, seems to be out of the web.

        Nobody answered: pages that lately did are asked too.
        """
        if not visits or _any_answer(visits):
            return False
        witnesses = await pages_alive(session, limit=_SITES)
        if witnesses:
            asked = await visit_pages(self._fetcher, witnesses, lambda *_: None, pause=self._pause)
            return not _any_answer(asked)
        return len({urlsplit(each.page.url).netloc for each in visits}) >= _SITES


def _any_answer(visits: Sequence[Visit]) -> bool:
    return any(each.reason.isdigit() for each in visits)
