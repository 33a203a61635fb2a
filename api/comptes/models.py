"""Tables of the accounts: who may enter and how, the doors open now, what happened to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Base


class Entry(StrEnum):
    """How someone came in; who waits for the second factor is not in yet."""

    PASSWORD = "mot_de_passe"  # noqa: S105 - a word of the history, not a password
    WAITING = "attente"
    SECOND_FACTOR = "double"
    PROVIDER = "fournisseur"


class Compte(Base):
    """Someone who works here. `nom` signs answers: it is unique, and never reused.

    Who only enters through an identity provider has no password.
    """

    __tablename__ = "compte"

    id: Mapped[str] = mapped_column(primary_key=True)
    courriel: Mapped[str] = mapped_column(unique=True)
    nom: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    last_login_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CompteSession(Base):
    """A door open now; only the hash of its cookie is kept. Deleting the row closes it.

    `entry`: how one came in (see `Entry`). `id_token`, sealed: what the identity provider needs to
    close its own session.
    """

    __tablename__ = "compte_session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    compte_id: Mapped[str] = mapped_column(ForeignKey("compte.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    entry: Mapped[str] = mapped_column(default=Entry.PASSWORD, server_default=Entry.PASSWORD)
    id_token: Mapped[bytes | None]


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
    """Failed attempts on an address, whether or not it has an account: refusals tell nothing.

    The second factor of an account counts apart, under a key of its own.
    """

    __tablename__ = "compte_essais"

    courriel_hash: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SecondFactor(Base):
    """The one-time codes of an account; the secret is sealed, and not shown again once confirmed.

    `last_step`: the last code that was used; it opens nothing twice.
    """

    __tablename__ = "compte_totp"

    compte_id: Mapped[str] = mapped_column(
        ForeignKey("compte.id", ondelete="CASCADE"), primary_key=True
    )
    secret: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code that stands in for a lost phone, once; only its hash is kept."""

    __tablename__ = "compte_code_secours"

    compte_id: Mapped[str] = mapped_column(
        ForeignKey("compte.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ProviderLink(Base):
    """An account as an identity provider knows it: `subject` never changes, an address may."""

    __tablename__ = "compte_identite"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    compte_id: Mapped[str] = mapped_column(ForeignKey("compte.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ProviderVisit(Base):
    """Someone sent to the identity provider, awaited back in the same browser, once."""

    __tablename__ = "connexion_attendue"

    state_hash: Mapped[bytes] = mapped_column(primary_key=True)
    browser_hash: Mapped[bytes]
    nonce: Mapped[str]
    verifier: Mapped[str]
    return_to: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class CompteEvent(Base):
    """What happened to an account: who did what, when. Never changed; erased after a year."""

    __tablename__ = "compte_journal"
    __table_args__ = (Index("ix_compte_journal_compte", "compte_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )
    compte_id: Mapped[str]
    nom: Mapped[str]
    kind: Mapped[str]
    by: Mapped[str]
