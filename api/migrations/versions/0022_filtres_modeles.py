"""Filtres gardés de la file, réponses toutes prêtes modifiées"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "file_filtre",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "compte_id",
            sa.String(),
            sa.ForeignKey("compte.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("requete", JSONB(), nullable=False),
        sa.UniqueConstraint("compte_id", "nom"),
    )
    op.create_table(
        "reponse_modele",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("titre", sa.Text(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("retire", sa.Boolean(), nullable=False, server_default="false"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("par", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("reponse_modele")
    op.drop_table("file_filtre")
