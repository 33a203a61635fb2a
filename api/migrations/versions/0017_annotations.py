"""Messages douteux, à étiqueter par deux personnes"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "message_douteux",
        sa.Column(
            "item_id",
            sa.String(),
            sa.ForeignKey("conversation_item.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("cle", sa.Text(), nullable=False, unique=True),
        sa.Column("motif", sa.String(), nullable=False),
        sa.Column("intention", sa.String(), nullable=False),
        sa.Column("corrigee", sa.String()),
        sa.Column("confiance", sa.Float(), nullable=False),
        sa.Column("marge", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("etat", sa.String(), nullable=False, server_default="a_faire"),
        sa.Column("retenue", sa.String()),
    )
    op.create_index("ix_message_douteux_at", "message_douteux", ["at"])
    op.create_index("ix_message_douteux_etat", "message_douteux", ["etat", "marge"])
    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "item_id",
            sa.String(),
            sa.ForeignKey("message_douteux.item_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column(
            "compte_id", sa.String(), sa.ForeignKey("compte.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("intention", sa.String()),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
        sa.UniqueConstraint("item_id", "compte_id"),
    )
    op.create_index("ix_annotation_item_id", "annotation", ["item_id"])
    op.create_index("ix_annotation_compte_id", "annotation", ["compte_id"])


def downgrade() -> None:
    """Undo."""
    for table in ("annotation", "message_douteux"):
        op.drop_table(table)
