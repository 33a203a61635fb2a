"""Fetch a page of the web on behalf of staff: public addresses only, bounded in size and time.

Every step of a redirection is checked as the first address was, and the connection is made to the
address that was checked (see `api.webhooks.targets`).
"""

import asyncio
from dataclasses import dataclass

import httpx2

from api.tls import http_context
from api.webhooks.targets import Network, TargetRefused, check_target

MAX_REDIRECTS = 5
MAX_FEED_BYTES = 2_000_000
TIMEOUT_SECONDS = 15.0
_SCHEMES = ("http", "https")
_AGENT = "Orientation (veille)"
_LEAVES_HEAD = 400


class FetchRefused(Exception):
    """A page that cannot be fetched; `code` says why (`veille.yml`)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Page:
    """What was found at the end of the redirections."""

    url: str
    status: int
    content: bytes


class Fetcher:
    """Fetches pages; `allowed` are networks, not public, where the operator lets it go.

    `contact` is the address of the service: sites know from it who visits them.
    """

    def __init__(
        self,
        *,
        allowed: tuple[Network, ...] = (),
        timeout: float = TIMEOUT_SECONDS,
        contact: str = "",
    ) -> None:
        self._allowed = allowed
        self._timeout = timeout
        told = contact.encode("ascii", "ignore").decode()
        self._agent = f"{_AGENT[:-1]} ; +{told})" if told else _AGENT

    async def status(self, url: str) -> int:
        """Return what a page answers, asked for its head first: many sites only answer the whole.

        Raises FetchRefused, as `get`.
        """
        try:
            found = await self.get(url, max_bytes=0, method="HEAD")
            if found.status < _LEAVES_HEAD:
                return found.status
        except FetchRefused as refused:
            if refused.code != "injoignable":
                raise
        return (await self.get(url, max_bytes=0)).status

    async def get(self, url: str, *, max_bytes: int = MAX_FEED_BYTES, method: str = "GET") -> Page:
        """Return a page; with `max_bytes` 0, its content is left unread.

        Raises:
            FetchRefused: forbidden address, too slow, too large, too many redirections.
        """
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(url, max_bytes, method)
        except (TimeoutError, httpx2.TimeoutException):
            raise FetchRefused("lent") from None
        except TargetRefused:
            raise FetchRefused("adresse_refusee") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            raise FetchRefused("injoignable") from None

    async def _follow(self, url: str, max_bytes: int, method: str) -> Page:
        async with httpx2.AsyncClient(
            trust_env=False, verify=http_context(trust_env=False), timeout=self._timeout
        ) as client:
            for _ in range(MAX_REDIRECTS + 1):
                found = await self._step(client, url, max_bytes, method)
                if isinstance(found, Page):
                    return found
                url = found
        raise FetchRefused("redirections")

    async def _step(
        self, client: httpx2.AsyncClient, url: str, max_bytes: int, method: str
    ) -> Page | str:
        """Return the page, or the address where it has moved."""
        target = await check_target(url, allowed=self._allowed, schemes=_SCHEMES)
        async with client.stream(
            method,
            target.pinned_url,
            headers={
                "Host": target.host_header,
                "User-Agent": self._agent,
                "Accept-Encoding": "gzip",
            },
            extensions={"sni_hostname": target.url.host},
        ) as answer:
            if answer.has_redirect_location:
                return str(target.url.join(answer.headers["Location"]))
            content = await _read(answer, max_bytes) if max_bytes else b""
            return Page(str(target.url), answer.status_code, content)


async def _read(answer: httpx2.Response, max_bytes: int) -> bytes:
    # Counted once unfolded: a small compressed answer may hide an endless one.
    content = bytearray()
    async for chunk in answer.aiter_bytes(64 * 1024):
        content += chunk
        if len(content) > max_bytes:
            raise FetchRefused("volumineux")
    return bytes(content)
