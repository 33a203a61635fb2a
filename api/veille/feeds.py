"""Read a feed from the web, or say in French why it cannot be read."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from api.errors import Problem
from api.veille.fetch import Fetcher
from api.veille.read import FluxIllisible, fetch_feed
from knowledge.veille.feed import Feed

_TEXTS = Path(__file__).parent.parent / "textes" / "veille.yml"


async def read_feed(fetcher: Fetcher, url: str) -> Feed:
    """Return the feed at an address, or raise Problem 422."""
    try:
        return await fetch_feed(fetcher, url)
    except FluxIllisible as refused:
        told = why(refused.code, refused.statut)
        raise Problem(422, "flux", raison=told, extra={"raison": refused.code}) from None


def why(code: str, statut: int | None) -> str:
    """Return why a feed was not read, in French."""
    return str(texts()[code]).format(statut=statut)


@cache
def texts() -> dict[str, Any]:
    """Return the words of the veille that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found
