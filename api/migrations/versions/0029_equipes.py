"""Équipes des comptes, absences et délégations, tour de chacun"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0032"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _compte(name: str = "compte_id", *, primary_key: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey("compte.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(), key, nullable=False, primary_key=primary_key)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "compte_equipe",
        _compte(primary_key=True),
        sa.Column("equipe", sa.String(), primary_key=True),
    )
    op.create_table(
        "compte_absence",
        sa.Column("id", sa.Integer(), primary_key=True),
        _compte(),
        sa.Column("du", sa.Date(), nullable=False),
        sa.Column("au", sa.Date(), nullable=False),
        sa.Column("delegue_id", sa.String(), sa.ForeignKey("compte.id", ondelete="SET NULL")),
        sa.Column("par", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("retiree_le", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_compte_absence_compte", "compte_absence", ["compte_id", "au"])
    op.create_table(
        "compte_tour",
        _compte(primary_key=True),
        sa.Column("servi_le", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("compte_tour")
    op.drop_table("compte_absence")
    op.drop_table("compte_equipe")
