"""File des demandes : celles d’un conseiller, celles d’un thème, sans tout relire"""

from collections.abc import Sequence

from alembic import op

revision: str = "0026"
down_revision: str | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_ticket_assignee", "ticket", ["assignee", "queue_rank", "id"])
    op.create_index("ix_ticket_themes", "ticket", ["themes"], postgresql_using="gin")


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_ticket_themes", table_name="ticket")
    op.drop_index("ix_ticket_assignee", table_name="ticket")
