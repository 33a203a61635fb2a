"""Fiches tirées de la réponse d’un conseiller"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "capitalisation",
        sa.Column(
            "resource_id",
            sa.Text(),
            sa.ForeignKey("resource.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "ticket_id",
            sa.Integer(),
            sa.ForeignKey("ticket.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "groupe_id", sa.Integer(), sa.ForeignKey("lacune_groupe.id", ondelete="SET NULL")
        ),
        sa.Column("par", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index("ix_capitalisation_ticket_id", "capitalisation", ["ticket_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("capitalisation")
