"""Courriels reçus : les réponses des élus, et celles qui ne mènent à aucune demande"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "courriel_recu"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("cle", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("origine", sa.String(), unique=True),
        sa.Column("ticket_id", sa.Integer(), sa.ForeignKey("ticket.id", ondelete="CASCADE")),
        sa.Column("message_id", sa.String()),
        sa.Column("etat", sa.String(), nullable=False),
        sa.Column("motif", sa.String()),
        sa.Column("entete_id", sa.Text()),
        sa.Column("expediteur", sa.Text()),
        sa.Column("objet", sa.Text(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("adresse_differente", sa.Boolean(), nullable=False),
        sa.Column("fichiers_refuses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("taille", sa.Integer(), nullable=False),
        sa.Column("brut", sa.LargeBinary()),
        sa.Column(
            "recu_le", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
    )
    op.create_index("ix_courriel_recu_ticket", _TABLE, ["ticket_id", "recu_le"])
    op.create_index("ix_courriel_recu_message", _TABLE, ["message_id"])
    op.create_index("ix_courriel_recu_etat", _TABLE, ["etat", "recu_le", "id"])
    op.create_index("ix_courriel_recu_expediteur", _TABLE, ["expediteur", "recu_le"])
    op.add_column("ticket_message", sa.Column("canal", sa.String()))


def downgrade() -> None:
    """Undo."""
    op.drop_column("ticket_message", "canal")
    op.drop_table(_TABLE)
