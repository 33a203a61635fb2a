"""Visit every page that resources cite: `orientation check-links`."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from api.database import Database, connect
from api.schema import migrate
from api.settings import Settings
from api.standalone import database_url
from api.veille.fetch import Fetcher, FetchRefused
from knowledge.veille.links import (
    CitedPage,
    LinkState,
    Visit,
    cited_pages,
    note_visits,
    state_of,
)

logger = logging.getLogger(__name__)
_AT_ONCE = 8
PAUSE_SECONDS = 0.5
UNEXPECTED = "inattendu"
"""The reason of a visit that failed by our fault: it says nothing of the page."""
# What a page answers when its name no longer leads anywhere public.
_DEAD = frozenset({"adresse_refusee"})
Advance = Callable[[int, int], None]


def fetcher_of(settings: Settings) -> Fetcher:
    """Return what visits the pages cited, for this service."""
    return Fetcher(allowed=settings.link_networks, contact=settings.public_base)


async def check_links(settings: Settings, advance: Advance) -> list[Visit]:
    """Visit the pages cited in the service's database and note what was found."""
    with database_url(settings) as url:
        migrate(url)
        database = connect(url)
        try:
            return await visit_all(database, fetcher_of(settings), advance)
        finally:
            await database.close()


async def visit_all(
    database: Database,
    fetcher: Fetcher,
    advance: Advance,
    *,
    pause: float = PAUSE_SECONDS,
    at: datetime | None = None,
) -> list[Visit]:
    """Visit every page, one at a time on each site, and keep what was found."""
    async with database.sessions() as session:
        pages = await cited_pages(session)
    visits = await visit_pages(fetcher, pages, advance, pause=pause)
    async with database.sessions.begin() as session:
        await note_visits(session, visits, at=at or datetime.now(UTC))
    return visits


async def visit_pages(
    fetcher: Fetcher,
    pages: Sequence[CitedPage],
    advance: Advance,
    *,
    pause: float,
    within: timedelta | None = None,
) -> list[Visit]:
    """Visit pages, one at a time on each site; return what was found.

    Once the time `within` is over no visit begins: what is left is for another call. One is
    always made.
    """
    loop = asyncio.get_running_loop()
    end = None if within is None else loop.time() + within.total_seconds()
    sites: dict[str, list[CitedPage]] = defaultdict(list)
    for page in pages:
        sites[urlsplit(page.url).netloc].append(page)
    gate, visits = asyncio.Semaphore(_AT_ONCE), list[Visit]()

    async def visit_site(site: Iterable[CitedPage]) -> None:
        async with gate:
            for page in site:
                if end is not None and visits and loop.time() >= end:
                    return
                visits.append(await visit(fetcher, page))
                advance(len(visits), len(pages))
                await asyncio.sleep(pause)

    await asyncio.gather(*map(visit_site, sites.values()))
    return visits


async def visit(fetcher: Fetcher, page: CitedPage) -> Visit:
    """Visit a page; its content is left unread."""
    try:
        status = await fetcher.status(page.url)
    except FetchRefused as refused:
        state = LinkState.MORT if refused.code in _DEAD else LinkState.INCERTAIN
        return Visit(page, state, refused.code)
    except Exception as error:  # what one site answers must not stop the visits to the others
        logger.warning("visit failed", extra={"page": page.id, "error": type(error).__name__})
        return Visit(page, LinkState.INCERTAIN, UNEXPECTED)
    return Visit(page, state_of(status), str(status))
