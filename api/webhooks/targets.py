"""Where a webhook may go: never to our own network (server-side request forgery).

The name is looked up here, every address it has is checked, and the connection is made to the
address that was checked: a name that changes its mind between the two leads nowhere.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

import httpx2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PORTS = range(1, 2**16)


class TargetRefused(Exception):
    """The address must not be called."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address checked: what to connect to, and the name to speak to."""

    url: httpx2.URL
    address: Address

    @property
    def pinned_url(self) -> httpx2.URL:
        """The URL with the checked address in place of the name."""
        return self.url.copy_with(host=str(self.address))

    @property
    def host_header(self) -> str:
        """The name, for the receiver's virtual hosts."""
        return self.url.netloc.decode("ascii")


def is_public(address: Address) -> bool:
    """Tell whether an address is on the Internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast


async def check_target(
    url: str, *, allowed: tuple[Network, ...] = (), schemes: tuple[str, ...] = ("https",)
) -> Target:
    """Return where to connect.

    HTTPS (or `schemes`) and public addresses only, but for the networks that the operator allows.
    Raises TargetRefused.
    """
    parsed = _parse(url)
    port = parsed.port or _DEFAULT_PORTS[parsed.scheme]
    addresses = await _resolve(parsed.host, port)
    inside = all(any(address in network for network in allowed) for address in addresses)
    public = parsed.scheme in schemes and all(is_public(address) for address in addresses)
    if not addresses or not (inside or public):
        raise TargetRefused(url)
    return Target(parsed, addresses[0])


def _parse(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError) as error:
        raise TargetRefused(url) from error
    if parsed.scheme not in _DEFAULT_PORTS or not parsed.host or parsed.userinfo:
        raise TargetRefused(url)
    if parsed.port is not None and parsed.port not in _PORTS:
        raise TargetRefused(url)
    return parsed


async def _resolve(host: str, port: int) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TargetRefused(host) from error
    return [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
