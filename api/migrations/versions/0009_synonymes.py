"""Synonymes et sigles tenus par la rédaction"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "synonym",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("meaning", sa.Text(), nullable=False, unique=True),
        sa.Column("forms", ARRAY(sa.Text()), nullable=False),
        sa.Column("capitals_only", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=True),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("synonym")
