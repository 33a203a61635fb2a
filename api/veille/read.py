"""Every day, each feed is read: what it announces becomes drafts, by nobody in particular."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from api.jobs.repository import JobRepository
from api.veille.fetch import Fetcher, FetchRefused
from api.veille.models import Flux
from api.veille.repository import FluxRepository
from assistant.business_days import CELLULE
from knowledge.resources.editing import EditorialService
from knowledge.resources.lifecycle import Editor, Role
from knowledge.resources.resource import ResourceType
from knowledge.veille.feed import Feed, FeedRefused, parse_feed
from knowledge.veille.service import VeilleReport, import_feed

logger = logging.getLogger(__name__)
PLAN_FEEDS = "veille"
READ_FEED = "veille.flux"
EDITOR = Editor("veille", frozenset({Role.REDACTEUR}))
"""Whoever writes the text of a draft is not the one who found it: any two people publish it."""
_AT = time(5)


class FluxIllisible(Exception):
    """A feed that cannot be read; `code` is that of a sentence, `statut` what the site answered."""

    def __init__(self, code: str, statut: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.statut = statut


async def fetch_feed(fetcher: Fetcher, url: str) -> Feed:
    """Return the feed at an address.

    Raises FluxIllisible.
    """
    try:
        page = await fetcher.get(url)
        if page.status != httpx2.codes.OK:
            raise FluxIllisible("statut", page.status)
        return await asyncio.to_thread(parse_feed, page.content, base=page.url)
    except (FetchRefused, FeedRefused) as refused:
        raise FluxIllisible(refused.code) from None


async def keep_drafts(
    session: AsyncSession, flux: Flux, feed: Feed, *, now: datetime
) -> VeilleReport:
    """Make the drafts of a feed, and note what it gave."""
    # Drafts of the veille name no territory: there is none to know.
    editing = EditorialService(session, EDITOR, is_known=lambda *_: True, now=lambda: now)
    report = await import_feed(session, editing, feed, kind=ResourceType(flux.type))
    flux.titre = feed.title or flux.titre
    await FluxRepository(session).note(
        flux, now=now, brouillons=len(report.created), reunies=len(report.merged)
    )
    return report


def next_morning(now: datetime, *, at: time = _AT) -> datetime:
    """Return the next 5 o'clock in France, or another hour, after `now`."""
    today = CELLULE.today(now)
    this_morning = datetime.combine(today, at, CELLULE.zone)
    if this_morning > now:
        return this_morning
    return datetime.combine(today + timedelta(days=1), at, CELLULE.zone)


async def plan_feeds(session: AsyncSession, now: datetime) -> None:
    """Have the feeds read tomorrow morning; by one process, whatever their number."""
    jobs = JobRepository(session)
    await jobs.add_unless_held(PLAN_FEEDS, {}, dedupe=PLAN_FEEDS, run_at=next_morning(now))


class PlanFeeds:
    """The handler of the job of every day: a job for each feed, so that none delays another."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> datetime:
        """Decide what is read today; return tomorrow morning."""
        for flux in await FluxRepository(session).all():
            await JobRepository(session).add(
                READ_FEED, {"flux": flux.id}, dedupe=f"{READ_FEED}:{flux.id}"
            )
        return next_morning(self._now())


class ReadFeed:
    """The handler of one reading; what fails is noted, shown, and tried again tomorrow."""

    def __init__(
        self, fetcher: Fetcher, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._fetcher = fetcher
        self._now = now

    async def __call__(self, session: AsyncSession, payload: dict[str, Any]) -> None:
        """Read a feed that is still kept."""
        flux = await FluxRepository(session).get(payload["flux"])
        if flux is None:
            return
        try:
            feed = await fetch_feed(self._fetcher, flux.url)
        except FluxIllisible as refused:
            logger.info("feed not read", extra={"id": flux.id, "reason": refused.code})
            await FluxRepository(session).note(
                flux, now=self._now(), refus=refused.code, statut=refused.statut
            )
            return
        await keep_drafts(session, flux, feed, now=self._now())
