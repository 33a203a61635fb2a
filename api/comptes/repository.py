"""SQL of the accounts, and nothing else."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.models import Compte, CompteSession, Invitation, LoginAttempts

_FIRST = "compte:premier"


class CompteRepository:
    """Reads and writes accounts through one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, compte: Compte) -> None:
        """Keep a new account."""
        self._session.add(compte)
        await self._session.flush()

    async def by_courriel(self, courriel: str) -> Compte | None:
        """Return the account of an address."""
        return await self._session.scalar(select(Compte).where(Compte.courriel == courriel))

    async def by_nom(self, nom: str) -> Compte | None:
        """Return the account that signs with this name, whatever its capitals."""
        return await self._session.scalar(
            select(Compte).where(func.lower(Compte.nom) == nom.lower())
        )

    async def all(self) -> Sequence[Compte]:
        """Return every account, disabled ones included, by name."""
        return (await self._session.execute(select(Compte).order_by(Compte.nom))).scalars().all()

    async def exists(self) -> bool:
        """Tell whether there is any account."""
        return await self._session.scalar(select(Compte.id).limit(1)) is not None

    async def lock_creation(self) -> None:
        """Let one transaction at a time make an account: the first is made once."""
        await self._session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": _FIRST}
        )

    async def open_session(self, opened: CompteSession) -> None:
        """Keep an open door."""
        self._session.add(opened)
        await self._session.flush()

    async def session_of(self, token_hash: bytes) -> tuple[CompteSession, Compte] | None:
        """Return an open door and its account."""
        query = select(CompteSession, Compte).join(Compte, Compte.id == CompteSession.compte_id)
        row = (
            await self._session.execute(query.where(CompteSession.token_hash == token_hash))
        ).one_or_none()
        return (row[0], row[1]) if row else None

    async def close_session(self, token_hash: bytes) -> None:
        """Close a door."""
        await self._session.execute(
            delete(CompteSession).where(CompteSession.token_hash == token_hash)
        )

    async def close_sessions_of(self, compte_id: str) -> None:
        """Close every door of an account."""
        await self._session.execute(
            delete(CompteSession).where(CompteSession.compte_id == compte_id)
        )

    async def close_other_sessions(self, compte_id: str, *, kept: bytes) -> None:
        """Close every door of an account but one."""
        others = (CompteSession.compte_id == compte_id) & (CompteSession.token_hash != kept)
        await self._session.execute(delete(CompteSession).where(others))

    async def close_sessions_before(self, *, created: datetime, seen: datetime) -> None:
        """Close the doors opened before `created`, or not used since `seen`."""
        old = (CompteSession.created_at < created) | (CompteSession.seen_at < seen)
        await self._session.execute(delete(CompteSession).where(old))

    async def add_invitation(self, invitation: Invitation) -> None:
        """Keep an invitation; those that this address already had are worth nothing any more."""
        if invitation.courriel is not None:
            await self._session.execute(
                delete(Invitation).where(Invitation.courriel == invitation.courriel)
            )
        self._session.add(invitation)
        await self._session.flush()

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        """Return an invitation, held until the end of the transaction."""
        return await self._session.get(Invitation, token_hash, with_for_update=True)

    async def invitation_of(self, courriel: str, *, now: datetime) -> Invitation | None:
        """Return the valid invitation of an address, held until the end of the transaction."""
        query = select(Invitation).where(
            Invitation.courriel == courriel,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        return await self._session.scalar(query.with_for_update())

    async def attempts(self, courriel_hash: bytes, *, now: datetime) -> LoginAttempts:
        """Return the attempts on an address, held until the end of the transaction."""
        held = (
            insert(LoginAttempts)
            .values(courriel_hash=courriel_hash, failures=0, last_at=now)
            .on_conflict_do_update(
                index_elements=[LoginAttempts.courriel_hash],
                set_={"courriel_hash": courriel_hash},  # unchanged, but locked
            )
            .returning(LoginAttempts)
        )
        found = await self._session.scalars(held, execution_options={"populate_existing": True})
        return found.one()

    async def forget_attempts(self, courriel_hash: bytes) -> None:
        """Forget the attempts on an address."""
        await self._session.execute(
            delete(LoginAttempts).where(LoginAttempts.courriel_hash == courriel_hash)
        )

    async def forget_attempts_before(self, when: datetime) -> None:
        """Forget the attempts that are old."""
        await self._session.execute(delete(LoginAttempts).where(LoginAttempts.last_at < when))

    async def disable(self, courriel: str) -> str | None:
        """Shut an account out; return its id, None when no account in use has this address."""
        disabled = await self._session.execute(
            update(Compte)
            .where(Compte.courriel == courriel, Compte.disabled_at.is_(None))
            .values(disabled_at=func.now())
            .returning(Compte.id)
        )
        return disabled.scalar_one_or_none()
