"""The feeds that are read every day: add one, read it at once, stop reading it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.ticket import Services
from api.errors import not_found
from api.redaction.pages import go, staff_page
from api.veille.feeds import texts, why
from api.veille.fetch import Fetcher
from api.veille.models import Flux
from api.veille.read import FluxIllisible, fetch_feed, keep_drafts
from api.veille.repository import FluxRepository
from knowledge.resources.resource import ResourceType
from nlu.text import strip_invisible

router = APIRouter(include_in_schema=False)
PATH = "/redaction/veille"
MAX_FEEDS = 100
_LONGEST = 2_000
_LARGEST_ID = 2**31 - 1


@router.get(PATH)
async def show(
    request: Request, services: Services, fait: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show the feeds, and what the last reading of each gave."""
    async with services.database.sessions() as session:
        return await _page(request, session, done=str(texts()["fait"].get(fait, "")))


@router.post(PATH)
async def add(request: Request, services: Services) -> Response:
    """Keep a feed, once it was read; its first drafts are made at once."""
    form = await request.form()
    url, kind = (strip_invisible(str(form.get(name) or "")).strip() for name in ("url", "type"))
    async with services.database.sessions() as session:
        wrong = await _why_not(session, url, kind)
        if wrong:
            return await _page(request, session, url=url, kind=kind, wrong=wrong)
    try:
        feed = await fetch_feed(Fetcher(), url)
    except FluxIllisible as refused:
        told = why(refused.code, refused.statut)
        async with services.database.sessions() as session:
            return await _page(request, session, url=url, kind=kind, wrong=told)
    async with services.database.sessions.begin() as session:
        feeds = FluxRepository(session)
        number = await feeds.add(url, kind=kind, title=feed.title or url)
        flux = await feeds.get(number) if number is not None else None
        if flux is not None:
            await keep_drafts(session, flux, feed, now=services.clock.now())
    return go(request, f"{PATH}?fait={'ajoute' if flux else 'connu'}")


@router.post(f"{PATH}/{{flux}}/lire")
async def read(request: Request, flux: str, services: Services) -> Response:
    """Read a feed now."""
    number = _number(flux)
    async with services.database.sessions() as session:
        found = await session.get(Flux, number)
    if found is None:
        raise not_found()
    try:
        feed, refused = await fetch_feed(Fetcher(), found.url), None
    except FluxIllisible as error:
        feed, refused = None, error
    async with services.database.sessions.begin() as session:
        feeds, now = FluxRepository(session), services.clock.now()
        kept = await feeds.get(number)
        if kept is not None and feed is not None:
            await keep_drafts(session, kept, feed, now=now)
        elif kept is not None and refused is not None:
            await feeds.note(kept, now=now, refus=refused.code, statut=refused.statut)
    return go(request, f"{PATH}?fait={'lu' if feed else 'illisible'}")


@router.post(f"{PATH}/{{flux}}/retirer")
async def drop(request: Request, flux: str, services: Services) -> Response:
    """Read a feed no more; its drafts stay."""
    async with services.database.sessions.begin() as session:
        await FluxRepository(session).drop(_number(flux))
    return go(request, f"{PATH}?fait=retire")


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    return number if number <= _LARGEST_ID else 0


async def _why_not(session: AsyncSession, url: str, kind: str) -> str:
    """Return why a feed is not even tried; nothing when it is."""
    refusals = texts()["refus"]
    if not url or len(url) > _LONGEST:
        return str(refusals["adresse"])
    if kind not in set(ResourceType):
        return str(refusals["type"])
    return str(refusals["trop"]) if await FluxRepository(session).count() >= MAX_FEEDS else ""


async def _page(
    request: Request,
    session: AsyncSession,
    *,
    url: str = "",
    kind: str = ResourceType.ACTUALITE.value,
    wrong: str = "",
    done: str = "",
) -> Response:
    return staff_page(
        request,
        "veille/flux.html",
        status=422 if wrong else 200,
        flux=await FluxRepository(session).all(),
        dire=why,
        url=url,
        type=kind,
        erreur=wrong,
        fait=done,
    )
