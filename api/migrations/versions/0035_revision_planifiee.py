"""Nouveau texte d’une fiche en ligne, publié à une date choisie"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("resource", sa.Column("revision_at", sa.DateTime(timezone=True)))
    op.add_column("resource", sa.Column("revision_by", sa.Text()))


def downgrade() -> None:
    """Undo."""
    for column in ("revision_by", "revision_at"):
        op.drop_column("resource", column)
