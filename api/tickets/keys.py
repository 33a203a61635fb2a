"""Access keys: their scopes, and what is kept of them (never the key itself)."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.tickets.models import ApiKey

READ = "tickets:read"
WRITE = "tickets:write"
WEBHOOKS = "webhooks:manage"
MAILS = "mails:read"
RECEIVE = "mails:receive"
SCOPES = (READ, WRITE, WEBHOOKS, MAILS, RECEIVE)


def hash_key(key: str) -> bytes:
    """Return the hash under which a key is kept."""
    return hashlib.sha256(key.encode()).digest()


def new_key(key: str, *, name: str, scopes: tuple[str, ...] = SCOPES) -> ApiKey:
    """Return the row of a key."""
    return ApiKey(key_hash=hash_key(key), name=name, scopes=list(scopes))


class KeyRepository:
    """Reads and writes access keys through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_hash(self, key_hash: bytes) -> ApiKey | None:
        """Return the access key with this hash, unless revoked."""
        return await self._session.scalar(
            select(ApiKey).where(ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None))
        )

    async def add(self, key: ApiKey) -> None:
        """Keep an access key, replacing the one of the same name."""
        await self._session.execute(delete(ApiKey).where(ApiKey.name == key.name))
        self._session.add(key)
        await self._session.flush()

    async def all(self) -> Sequence[ApiKey]:
        """Return every key, revoked ones included, by name."""
        return (await self._session.execute(select(ApiKey).order_by(ApiKey.name))).scalars().all()

    async def revoke(self, name: str) -> bool:
        """Refuse a key from now on; False when no valid key bears this name."""
        revoked = await self._session.execute(
            update(ApiKey)
            .where(ApiKey.name == name, ApiKey.revoked_at.is_(None))
            .values(revoked_at=func.now())
            .returning(ApiKey.name)
        )
        return revoked.first() is not None
