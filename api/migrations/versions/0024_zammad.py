"""Demandes portées à Zammad"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ticket_zammad",
        sa.Column(
            "ticket_id",
            sa.Integer(),
            sa.ForeignKey("ticket.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("zammad_id", sa.Integer(), unique=True),
        sa.Column("number", sa.String()),
        sa.Column("attempted_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.String()),
        sa.Column("updated_at", sa.String()),
        sa.Column("told_until", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("ticket_zammad")
