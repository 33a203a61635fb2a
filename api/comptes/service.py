"""Who has an account: invited by a link, once; shut out when they leave."""

import secrets
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.ext.asyncio import AsyncSession

from api.comptes.journal import CompteEventKind, CompteJournal
from api.comptes.login import hash_token, open_session
from api.comptes.models import Compte, Invitation
from api.comptes.passwords import check_password, hash_password
from api.comptes.repository import CompteRepository
from api.comptes.roles import Role

FIRST_LINK_LIFE = timedelta(hours=24)
INVITATION_LIFE = timedelta(days=7)
MAX_NAME = 80


class InvitationInvalid(Exception):
    """The link is unknown, used, too old, or the first account already exists."""


class CompteInvalid(Exception):
    """The address or the name cannot be kept; `reason` is the key of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_courriel(courriel: str) -> str:
    """Return an address as it is kept.

    Raises CompteInvalid.
    """
    try:
        return validate_email(courriel.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise CompteInvalid("courriel_invalide") from None


class CompteService:
    """Use cases of the accounts within one transaction."""

    def __init__(
        self, session: AsyncSession, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._session = session
        self._comptes = CompteRepository(session)
        self._now = now

    async def first_link(self) -> str | None:
        """Return the secret of a link that makes the first account; None when there is one."""
        if await self._comptes.exists():
            return None
        return await self._add_invitation(None, Role.RESPONSABLE, FIRST_LINK_LIFE)

    async def invite(self, courriel: str, role: Role) -> str:
        """Return the secret of a link that makes the account of this address, or renews it.

        Raises CompteInvalid.
        """
        return await self._add_invitation(read_courriel(courriel), role, INVITATION_LIFE)

    async def _add_invitation(self, courriel: str | None, role: Role, life: timedelta) -> str:
        token = secrets.token_urlsafe(32)
        await self._comptes.add_invitation(
            Invitation(
                token_hash=hash_token(token),
                courriel=courriel,
                role=role.value,
                expires_at=self._now() + life,
            )
        )
        return token

    async def invitation(self, token: str) -> Invitation:
        """Return a valid invitation.

        Raises InvitationInvalid.
        """
        found = await self._comptes.invitation(hash_token(token))
        if found is None or found.used_at is not None or found.expires_at <= self._now():
            raise InvitationInvalid
        if found.courriel is None and await self._comptes.exists():
            raise InvitationInvalid
        return found

    async def accept(self, token: str, *, courriel: str, nom: str, password: str) -> str:
        """Make (or renew) the account of an invitation; return the secret of its session.

        Raises InvitationInvalid, CompteInvalid, PasswordWeak.
        """
        await self._comptes.lock_creation()
        invitation = await self.invitation(token)
        address = invitation.courriel or read_courriel(courriel)
        name = " ".join(nom.split())
        known = await self._comptes.by_courriel(address)
        await self._check_name(name, known)
        check_password(password, about=(address, name))
        compte = known or Compte(id=str(uuid.uuid4()), courriel=address)
        compte.nom, compte.role, compte.disabled_at = name, invitation.role, None
        compte.password_hash = await hash_password(password)
        await self._comptes.add(compte)
        await self._comptes.close_sessions_of(compte.id)
        await self._comptes.forget_attempts(hash_token(address))
        invitation.used_at = self._now()
        kind = CompteEventKind.RENEWED if known else CompteEventKind.OPENED
        await CompteJournal(self._session).add(compte, kind, by=compte.nom)
        return await open_session(self._session, compte.id, now=self._now())

    async def _check_name(self, name: str, known: Compte | None) -> None:
        if not name or len(name) > MAX_NAME or not name.isprintable():
            raise CompteInvalid("nom_invalide")
        bearer = await self._comptes.by_nom(name)
        if bearer is not None and bearer is not known:
            raise CompteInvalid("nom_pris")

    async def all(self) -> Sequence[Compte]:
        """Return every account, by name."""
        return await self._comptes.all()

    async def disable(self, courriel: str, *, by: str) -> bool:
        """Shut an account out at once; False when no account in use has this address."""
        compte_id = await self._comptes.disable(courriel.strip().lower())
        if compte_id is None:
            return False
        await self._comptes.close_sessions_of(compte_id)
        compte = await self._session.get_one(Compte, compte_id)
        await CompteJournal(self._session).add(compte, CompteEventKind.CLOSED, by=by)
        return True
