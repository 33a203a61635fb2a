"""Collègues cités dans les notes, et présence sur une demande"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _ticket(*, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey("ticket.id", ondelete="CASCADE")
    return sa.Column("ticket_id", sa.Integer(), key, nullable=False, primary_key=primary_key)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ticket_mention",
        sa.Column(
            "message_id",
            sa.String(),
            sa.ForeignKey("ticket_message.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("nom", sa.String(), primary_key=True),
        _ticket(),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_ticket_mention_nom", "ticket_mention", ["nom", "ticket_id"])
    op.create_index("ix_ticket_mention_ticket_id", "ticket_mention", ["ticket_id"])
    op.create_table(
        "ticket_presence",
        _ticket(primary_key=True),
        sa.Column("nom", sa.String(), primary_key=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_ticket_presence_seen_at", "ticket_presence", ["seen_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("ticket_presence")
    op.drop_table("ticket_mention")
