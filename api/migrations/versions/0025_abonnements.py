"""Courriels de la semaine : qui les reçoit, et quand le dernier est parti"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "compte_abonnement",
        sa.Column(
            "compte_id",
            sa.String(),
            sa.ForeignKey("compte.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("genre", sa.String(), primary_key=True),
        sa.Column("actif", sa.Boolean(), nullable=False),
        sa.Column("semaine", sa.Date()),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("compte_abonnement")
