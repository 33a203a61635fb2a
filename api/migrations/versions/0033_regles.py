"""Règles d’orientation proposées puis publiées par la rédaction"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0033"
down_revision: str | None = "0029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _now(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
    )


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "regles_proposition",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("etat", sa.String(), nullable=False, server_default="attente"),
        sa.Column("fichier", sa.String(), nullable=False),
        sa.Column("avant", sa.Text(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("raison", sa.Text(), nullable=False),
        sa.Column("par", sa.String(), nullable=False),
        sa.Column("par_id", sa.String(), nullable=False),
        _now("at"),
        sa.Column("decide_par", sa.String()),
        sa.Column("decide_le", sa.DateTime(timezone=True)),
        sa.Column("reponse", sa.Text()),
    )
    op.create_index("ix_regles_proposition_etat", "regles_proposition", ["etat"])
    op.create_table(
        "regles_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("geste", sa.String(), nullable=False),
        sa.Column("fichiers", JSONB(), nullable=False),
        sa.Column("livres", JSONB(), nullable=False),
        sa.Column("proposition_id", sa.Integer(), sa.ForeignKey("regles_proposition.id")),
        sa.Column("retour_a", sa.Integer()),
        sa.Column("par", sa.String(), nullable=False),
        _now("at"),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("regles_version", "regles_proposition"):
        op.drop_table(table)
