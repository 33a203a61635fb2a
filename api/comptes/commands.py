"""Accounts from the command line, and the link that the first start prints."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.journal import COMMAND_LINE
from api.comptes.roles import Role
from api.comptes.second_factor import reset_factor
from api.comptes.service import CompteService
from api.database import Database, connect
from api.schema import migrate
from api.settings import Settings
from api.standalone import database_url


@dataclass(frozen=True, slots=True)
class KnownCompte:
    """What is told of an account."""

    nom: str
    courriel: str
    role: str
    created_at: datetime
    last_login_at: datetime | None
    disabled_at: datetime | None


@asynccontextmanager
async def _session(settings: Settings) -> AsyncIterator[AsyncSession]:
    with database_url(settings) as url:
        migrate(url)
        database = connect(url)
        try:
            async with database.sessions.begin() as session:
                yield session
        finally:
            await database.close()


@asynccontextmanager
async def _comptes(settings: Settings) -> AsyncIterator[CompteService]:
    async with _session(settings) as session:
        yield CompteService(session)


def _address(settings: Settings, token: str) -> str:
    return f"{settings.public_base}/console/invitation/{token}"


async def first_link(settings: Settings, database: Database) -> str | None:
    """Return the address that makes the first account; None once there is one."""
    async with database.sessions.begin() as session:
        token = await CompteService(session).first_link()
    return _address(settings, token) if token else None


async def invite(settings: Settings, courriel: str, role: Role) -> str:
    """Return the address that makes the account of this person."""
    async with _comptes(settings) as comptes:
        return _address(settings, await comptes.invite(courriel, role))


async def list_comptes(settings: Settings) -> list[KnownCompte]:
    """Return every account, disabled ones included."""
    async with _comptes(settings) as comptes:
        return [
            KnownCompte(
                each.nom,
                each.courriel,
                each.role,
                each.created_at,
                each.last_login_at,
                each.disabled_at,
            )
            for each in await comptes.all()
        ]


async def disable(settings: Settings, courriel: str) -> bool:
    """Shut an account out at once; False when there is none."""
    async with _comptes(settings) as comptes:
        return await comptes.disable(courriel, by=COMMAND_LINE)


async def reset(settings: Settings, courriel: str) -> bool:
    """Take away the second factor of a lost phone; False when there is none."""
    async with _session(settings) as session:
        return await reset_factor(session, courriel, by=COMMAND_LINE)
