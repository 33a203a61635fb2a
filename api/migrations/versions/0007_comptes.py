"""Comptes, sessions, invitations, essais de connexion"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "compte",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("courriel", sa.String(), nullable=False, unique=True),
        sa.Column("nom", sa.String(), nullable=False, unique=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("last_login_at", _MOMENT, nullable=True),
        sa.Column("disabled_at", _MOMENT, nullable=True),
    )
    op.create_table(
        "compte_session",
        sa.Column("token_hash", sa.LargeBinary(), primary_key=True),
        sa.Column(
            "compte_id",
            sa.String(),
            sa.ForeignKey("compte.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_compte_session_compte_id", "compte_session", ["compte_id"])
    op.create_table(
        "compte_invitation",
        sa.Column("token_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("courriel", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
    )
    op.create_table(
        "compte_essais",
        sa.Column("courriel_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("locked_until", _MOMENT, nullable=True),
    )
    op.create_index("ix_compte_essais_last_at", "compte_essais", ["last_at"])


def downgrade() -> None:
    """Undo."""
    for name in ("compte_essais", "compte_invitation", "compte_session", "compte"):
        op.drop_table(name)
