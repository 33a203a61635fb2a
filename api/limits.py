"""Rate limits: by address here (in memory, nothing kept), by conversation in its service."""

import ipaddress
import time

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.errors import Problem


class AddressLimiter:
    """Counts requests by network address over a moving minute.

    An IPv6 subscriber owns a /64: the limit is on the prefix. With several processes each counts
    apart, so the effective limit is multiplied by their number.
    """

    def __init__(self, per_minute: int | None) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(per_minute) if per_minute else None

    async def check(self, address: str) -> None:
        """Raise Problem 429 when this address asks too much."""
        if self._limit is None:
            return
        network = _network(address)
        if await self._limiter.hit(self._limit, network):
            return
        stats = await self._limiter.get_window_stats(self._limit, network)
        wait = max(1, int(stats.reset_time - time.time()) + 1)
        raise Problem(429, "trop_de_messages", secondes=wait, headers={"Retry-After": str(wait)})


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "inconnue"
    if parsed.version == 6:  # noqa: PLR2004 - IPv6
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
