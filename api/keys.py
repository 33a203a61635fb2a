"""Access keys to the ticket API, made from the command line."""

import secrets

from api.database import connect
from api.schema import migrate
from api.settings import Settings
from api.standalone import database_url
from api.tickets.keys import READ, SCOPES, new_key
from api.tickets.repository import TicketRepository


async def create(settings: Settings, name: str, *, read_only: bool = False) -> str:
    """Create (or replace) the key of this name and return it: it is never shown again."""
    key = secrets.token_urlsafe(32)
    with database_url(settings) as url:
        migrate(url)
        database = connect(url)
        async with database.sessions.begin() as session:
            scopes = (READ,) if read_only else SCOPES
            await TicketRepository(session).add_key(new_key(key, name=name, scopes=scopes))
        await database.close()
    return key
