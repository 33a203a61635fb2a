"""Access keys of advisors and partner systems: `Authorization: Bearer <key>`, by scope."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from api.container import Container
from api.dependencies import get_container
from api.errors import Problem
from api.tickets.keys import KeyRepository, hash_key


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: the name of the key, its scopes."""

    name: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Raise Problem 403 when the key does not allow this."""
        if scope not in self.scopes:
            raise Problem(403, "portee", portee=scope, extra={"portee": scope})


def key_expected() -> Problem:
    """Return the refusal of who shows no valid key (RFC 9110, 15.5.2)."""
    return Problem(401, "cle_api", headers={"WWW-Authenticate": "Bearer"})


def bearer_of(authorization: str | None) -> str:
    """Return what the header carries (RFC 6750, 2.1), or raise Problem 401."""
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise key_expected()
    return key.strip()


async def identify(
    services: Annotated[Container, Depends(get_container)],
    authorization: Annotated[str | None, Header(description="« Bearer », puis la clé.")] = None,
) -> Actor:
    """Return who calls, or raise Problem 401."""
    key = bearer_of(authorization)
    async with services.database.alone() as session:
        found = await KeyRepository(session).of_hash(hash_key(key))
    if found is None:
        raise key_expected()
    return Actor(found.name, frozenset(found.scopes))


async def identify_optional(services: Container, authorization: str | None) -> Actor | None:
    """Return who calls when the bearer is an access key, None when it may be something else."""
    try:
        return await identify(services, authorization)
    except Problem:
        return None


async def caller(
    request: Request,
    authorization: Annotated[str | None, Header(description="« Bearer », puis la clé.")] = None,
) -> Actor:
    """Return who the guard let in (see `api.droits.guard`)."""
    actor: Actor = request.state.actor
    return actor
