"""Access keys: only their hash is kept."""

import hashlib

from api.tickets.models import ApiKey

READ = "tickets:read"
WRITE = "tickets:write"
SCOPES = (READ, WRITE)


def hash_key(key: str) -> bytes:
    """Return the hash under which a key is kept."""
    return hashlib.sha256(key.encode()).digest()


def new_key(key: str, *, name: str, scopes: tuple[str, ...] = SCOPES) -> ApiKey:
    """Return the row of a key."""
    return ApiKey(key_hash=hash_key(key), name=name, scopes=list(scopes))
