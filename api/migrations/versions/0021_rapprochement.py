"""Demandes réunies, demandes liées"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("ticket", sa.Column("merged_into", sa.String()))
    op.create_foreign_key(
        "fk_ticket_merged_into_ticket",
        "ticket",
        "ticket",
        ["merged_into"],
        ["reference"],
        ondelete="SET NULL",
    )
    for name in ("merged_into", "courriel", "telephone"):
        op.create_index(f"ix_ticket_{name}", "ticket", [name])
    op.create_table(
        "ticket_link",
        _ticket("low_id"),
        _ticket("high_id"),
        sa.Column("par", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index("ix_ticket_link_high_id", "ticket_link", ["high_id"])


def _ticket(name: str) -> sa.Column[int]:
    return sa.Column(
        name, sa.Integer(), sa.ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("ticket_link")
    for name in ("merged_into", "courriel", "telephone"):
        op.drop_index(f"ix_ticket_{name}", "ticket")
    op.drop_column("ticket", "merged_into")
