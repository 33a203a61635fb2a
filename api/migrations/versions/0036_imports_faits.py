"""Compte rendu de chaque import de fiches"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "import_fait",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("lignes", postgresql.JSONB(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("import_fait")
