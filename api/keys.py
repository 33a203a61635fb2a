"""Access keys to the ticket API, managed from the command line."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from api.database import connect
from api.schema import migrate
from api.settings import Settings
from api.standalone import database_url
from api.tickets.keys import SCOPES, KeyRepository, new_key


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What is known of a key: never the key."""

    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


@asynccontextmanager
async def _keys(settings: Settings) -> AsyncIterator[KeyRepository]:
    with database_url(settings) as url:
        migrate(url)
        database = connect(url)
        try:
            async with database.sessions.begin() as session:
                yield KeyRepository(session)
        finally:
            await database.close()


async def create(settings: Settings, name: str, scopes: tuple[str, ...] = SCOPES) -> str:
    """Create (or replace) the key of this name and return it: it is never shown again."""
    key = secrets.token_urlsafe(32)
    async with _keys(settings) as keys:
        await keys.add(new_key(key, name=name, scopes=scopes))
    return key


async def list_keys(settings: Settings) -> list[KnownKey]:
    """Return every key, revoked ones included."""
    async with _keys(settings) as keys:
        return [
            KnownKey(each.name, tuple(each.scopes), each.created_at, each.revoked_at)
            for each in await keys.all()
        ]


async def revoke(settings: Settings, name: str) -> bool:
    """Refuse the key of this name from now on; False when there is none."""
    async with _keys(settings) as keys:
        return await keys.revoke(name)
