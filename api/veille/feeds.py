"""Read a feed from the web, or say in French why it cannot be read."""

import asyncio
from functools import cache
from pathlib import Path

import httpx2
import yaml

from api.errors import Problem
from api.veille.fetch import Fetcher, FetchRefused
from knowledge.veille.feed import Feed, FeedRefused, parse_feed

_TEXTS = Path(__file__).parent.parent / "textes" / "veille.yml"


async def read_feed(fetcher: Fetcher, url: str) -> Feed:
    """Return the feed at an address, or raise Problem 422."""
    try:
        page = await fetcher.get(url)
        if page.status != httpx2.codes.OK:
            raise _refusal("statut", statut=page.status)
        return await asyncio.to_thread(parse_feed, page.content, base=page.url)
    except (FetchRefused, FeedRefused) as refused:
        raise _refusal(refused.code) from None


def _refusal(code: str, **facts: object) -> Problem:
    return Problem(422, "flux", raison=_texts()[code].format_map(facts), extra={"raison": code})


@cache
def _texts() -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts
