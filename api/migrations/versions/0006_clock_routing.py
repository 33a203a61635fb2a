"""Échéances et équipe d'une demande"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_DUE = ("first_reply_due_at", "resolution_due_at")


def upgrade() -> None:
    """Apply; tickets already there keep the date that was promised."""
    for name in (*_DUE, "waiting_since"):
        op.add_column("ticket", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("team", sa.String(), nullable=True))
    op.execute(
        "UPDATE ticket SET"
        " first_reply_due_at = (expected_reply_by + time '18:00') AT TIME ZONE 'Europe/Paris',"
        " resolution_due_at = (expected_reply_by + 16 + time '18:00') AT TIME ZONE 'Europe/Paris',"
        " waiting_since = CASE WHEN status = 'en_attente_elu' THEN updated_at END"
    )
    for name in _DUE:
        op.alter_column("ticket", name, nullable=False)
    op.create_index("ix_ticket_team", "ticket", ["team", "created_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_ticket_team", table_name="ticket")
    for name in (*_DUE, "waiting_since", "team"):
        op.drop_column("ticket", name)
