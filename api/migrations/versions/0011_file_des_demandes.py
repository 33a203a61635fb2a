"""Ordre de la file des demandes : la plus pressante d’abord"""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_RANK = """
CASE WHEN status IN ('nouveau', 'en_cours')
THEN extract(epoch FROM (
  CASE WHEN first_reply_at IS NULL THEN least(first_reply_due_at, resolution_due_at)
  ELSE resolution_due_at END - TIMESTAMPTZ '2000-01-01 00:00:00+00'))
ELSE 100000000000 - extract(epoch FROM (created_at - TIMESTAMPTZ '2000-01-01 00:00:00+00'))
END::double precision
"""


def upgrade() -> None:
    """Apply."""
    op.execute(
        "ALTER TABLE ticket ADD COLUMN queue_rank double precision NOT NULL"
        f" GENERATED ALWAYS AS ({_RANK}) STORED"
    )
    op.create_index("ix_ticket_rank", "ticket", ["queue_rank", "id"])
    op.create_index("ix_ticket_place", "ticket", ["territoire"], postgresql_using="gin")


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_ticket_place", table_name="ticket")
    op.drop_index("ix_ticket_rank", table_name="ticket")
    op.drop_column("ticket", "queue_rank")
