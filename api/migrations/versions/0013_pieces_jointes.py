"""Pièces jointes aux réponses et aux notes des conseillers"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "ticket_piece",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column(
            "message_id",
            sa.String(),
            sa.ForeignKey("ticket_message.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "ticket_id",
            sa.Integer(),
            sa.ForeignKey("ticket.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("taille", sa.Integer(), nullable=False),
        sa.Column("contenu", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.create_index("ix_ticket_piece_message_id", "ticket_piece", ["message_id"])
    op.create_index("ix_ticket_piece_ticket_id", "ticket_piece", ["ticket_id"])
    # Compressed already: PostgreSQL would try in vain.
    op.execute("ALTER TABLE ticket_piece ALTER COLUMN contenu SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Undo."""
    op.drop_table("ticket_piece")
