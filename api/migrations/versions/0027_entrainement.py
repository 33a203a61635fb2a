"""Modèles entraînés depuis la console, ce qui en fut décidé ; taxonomie et son histoire"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not now, server_default=default)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "modele_intentions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("etat", sa.String(), nullable=False, server_default="attente"),
        sa.Column("demande_par", sa.String(), nullable=False),
        _moment("demande_le", now=True),
        sa.Column("avancement", sa.Integer(), nullable=False, server_default="0"),
        _moment("termine_le"),
        sa.Column("erreur", sa.String()),
        sa.Column("compare_a", sa.Integer(), sa.ForeignKey("modele_intentions.id")),
        sa.Column("phrases", sa.Integer()),
        sa.Column("ajoutees", sa.Integer()),
        sa.Column("sha256", sa.String()),
        sa.Column("octets", sa.BigInteger()),
        sa.Column("environnement", sa.String()),
        sa.Column("livrees", sa.String()),
        sa.Column("garde", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("rapport", JSONB()),
    )
    op.create_index("ix_modele_intentions_etat", "modele_intentions", ["etat"])
    op.create_table(
        "modele_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("modele_id", sa.Integer(), sa.ForeignKey("modele_intentions.id")),
        sa.Column("geste", sa.String(), nullable=False),
        sa.Column("par", sa.String(), nullable=False),
        _moment("at", now=True),
    )
    op.create_index("ix_modele_decision_modele_id", "modele_decision", ["modele_id"])
    op.create_table(
        "theme_expression",
        sa.Column("theme", sa.Text(), primary_key=True),
        sa.Column("expressions", ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        _moment("updated_at", now=True),
    )
    op.create_table(
        "taxonomy_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        _moment("at", now=True),
    )
    op.create_index("ix_taxonomy_history_subject", "taxonomy_history", ["kind", "subject", "id"])


def downgrade() -> None:
    """Undo."""
    tables = ("taxonomy_history", "theme_expression", "modele_decision", "modele_intentions")
    for table in tables:
        op.drop_table(table)
