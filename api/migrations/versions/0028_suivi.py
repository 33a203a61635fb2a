"""Notes sur les territoires, flux de veille"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "territoire_note",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("le", sa.Date(), nullable=False),
        sa.Column("etape", sa.String()),
        sa.Column("contact", sa.String()),
        sa.Column("texte", sa.Text()),
        sa.Column("auteur", sa.String()),
        sa.Column("a_revoir", sa.Date()),
        sa.Column("demande", sa.String(), sa.ForeignKey("ticket.reference", ondelete="SET NULL")),
        sa.Column("cle", sa.String(), unique=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("retiree_par", sa.String()),
        sa.Column("retiree_le", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_territoire_note_lieu", "territoire_note", ["type", "code", "le", "id"])
    op.create_index("ix_territoire_note_demande", "territoire_note", ["demande"])
    op.create_index("ix_territoire_note_at", "territoire_note", ["at"])
    op.create_table(
        "veille_flux",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False, unique=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("titre", sa.Text(), nullable=False),
        sa.Column(
            "ajoute_le", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("lu_le", sa.DateTime(timezone=True)),
        sa.Column("refus", sa.String()),
        sa.Column("statut", sa.Integer()),
        sa.Column("brouillons", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reunies", sa.Integer(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("veille_flux")
    op.drop_table("territoire_note")
