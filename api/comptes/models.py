"""Tables of the accounts: who may enter, the doors open now, invitations, failed attempts."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Compte(Base):
    """Someone who works here. `nom` signs answers: it is unique, and never reused."""

    __tablename__ = "compte"

    id: Mapped[str] = mapped_column(primary_key=True)
    courriel: Mapped[str] = mapped_column(unique=True)
    nom: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    last_login_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CompteSession(Base):
    """A door open now; only the hash of its cookie is kept. Deleting the row closes it."""

    __tablename__ = "compte_session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    compte_id: Mapped[str] = mapped_column(ForeignKey("compte.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Invitation(Base):
    """A link that makes an account, once; only its hash is kept.

    Without a `courriel`, it makes the first account, and is worth nothing once there is one.
    """

    __tablename__ = "compte_invitation"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    courriel: Mapped[str | None]
    role: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class LoginAttempts(Base):
    """Failed attempts on an address, whether or not it has an account: refusals tell nothing."""

    __tablename__ = "compte_essais"

    courriel_hash: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
