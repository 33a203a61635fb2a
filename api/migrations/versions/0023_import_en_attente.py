"""Fichier de fiches choisi, en attente de confirmation"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "import_en_attente",
        sa.Column(
            "compte_id",
            sa.String(),
            sa.ForeignKey("compte.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("contenu", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("import_en_attente")
