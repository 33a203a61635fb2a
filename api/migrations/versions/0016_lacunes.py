"""Questions sans réponse, leurs groupes, phrases apprises"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOW = sa.text("now()")


def _moment(name: str, *, nullable: bool = False, now: bool = True) -> sa.Column[object]:
    default = _NOW if now and not nullable else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "lacune_groupe",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("termes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("etat", sa.String(), nullable=False, server_default="ouverte"),
        sa.Column("etat_par", sa.String()),
        _moment("etat_le"),
        _moment("verifie_le", nullable=True),
        sa.Column("posees", sa.Integer()),
        sa.Column("repondues", sa.Integer()),
    )
    op.create_table(
        "lacune",
        sa.Column(
            "item_id",
            sa.String(),
            sa.ForeignKey("conversation_item.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("motif", sa.String(), nullable=False),
        sa.Column("raison", sa.String()),
        sa.Column("commentaire", sa.Text()),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("themes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("departement", sa.String()),
        _moment("at", now=False),
        sa.Column("vecteur", sa.LargeBinary()),
        sa.Column("encodeur", sa.String()),
        sa.Column(
            "groupe_id", sa.Integer(), sa.ForeignKey("lacune_groupe.id", ondelete="SET NULL")
        ),
        sa.Column("rang", sa.Integer(), nullable=False, server_default="0"),
    )
    # Vectors apart from the rest: the pages count rows and never read them.
    op.execute("ALTER TABLE lacune ALTER COLUMN vecteur SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE lacune SET (toast_tuple_target = 256)")
    op.create_index("ix_lacune_at", "lacune", ["at"])
    op.create_index("ix_lacune_groupe", "lacune", ["groupe_id", "rang"])
    op.create_index("ix_lacune_themes", "lacune", ["themes"], postgresql_using="gin")
    op.create_table(
        "lacune_releve",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _moment("at", now=False),
        sa.Column("groupees", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_table(
        "phrase_apprise",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("texte", sa.Text(), nullable=False, unique=True),
        sa.Column("intention", sa.String(), nullable=False),
        sa.Column("par", sa.String(), nullable=False),
        _moment("at"),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("phrase_apprise", "lacune_releve", "lacune", "lacune_groupe"):
        op.drop_table(table)
