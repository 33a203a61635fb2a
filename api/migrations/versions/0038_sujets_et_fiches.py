"""Sujets : leurs fiches, territoire et réponse de chaque question, raison d’une clôture"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PLACE = """
UPDATE lacune SET territoire_type = answer.turn->'dialogue'->>'territoire_type',
                  territoire_code = answer.turn->'dialogue'->>'territoire_code'
FROM conversation_item answer
WHERE answer.reply_to = lacune.item_id
  AND answer.turn->'dialogue'->>'territoire_type' IS NOT NULL
  AND answer.turn->'dialogue'->>'territoire_code' IS NOT NULL
"""
_LINK = """
INSERT INTO lacune_fiche (resource_id, groupe_id, par, at)
SELECT resource_id, groupe_id, par, at FROM capitalisation WHERE groupe_id IS NOT NULL
"""
_UNLINK = """
UPDATE capitalisation SET groupe_id = lacune_fiche.groupe_id FROM lacune_fiche
WHERE lacune_fiche.resource_id = capitalisation.resource_id
"""


def upgrade() -> None:
    """Apply."""
    for name in ("territoire_type", "territoire_code"):
        op.add_column("lacune", sa.Column(name, sa.String()))
    op.add_column("lacune", sa.Column("reposee_le", sa.DateTime(timezone=True)))
    op.add_column("lacune", sa.Column("reponse_id", sa.Text()))
    op.create_foreign_key(
        "lacune_reponse_id_fkey", "lacune", "resource", ["reponse_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index("ix_lacune_reponse_id", "lacune", ["reponse_id"])
    op.add_column("lacune_groupe", sa.Column("etat_raison", sa.Text()))
    op.add_column("lacune_groupe", sa.Column("reposer_depuis", sa.DateTime(timezone=True)))
    op.create_table(
        "lacune_fiche",
        sa.Column(
            "resource_id",
            sa.Text(),
            sa.ForeignKey("resource.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "groupe_id",
            sa.Integer(),
            sa.ForeignKey("lacune_groupe.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("par", sa.Text(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")
        ),
    )
    op.create_index("ix_lacune_fiche_groupe_id", "lacune_fiche", ["groupe_id"])
    op.execute(_PLACE)
    op.execute(_LINK)
    op.drop_column("capitalisation", "groupe_id")


def downgrade() -> None:
    """Undo."""
    op.add_column(
        "capitalisation",
        sa.Column(
            "groupe_id", sa.Integer(), sa.ForeignKey("lacune_groupe.id", ondelete="SET NULL")
        ),
    )
    op.execute(_UNLINK)
    op.drop_table("lacune_fiche")
    for name in ("reposer_depuis", "etat_raison"):
        op.drop_column("lacune_groupe", name)
    for name in ("reponse_id", "reposee_le", "territoire_code", "territoire_type"):
        op.drop_column("lacune", name)
