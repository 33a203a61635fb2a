"""Le journal des accès dit quelles demandes une liste, ou une demande réunie, a montrées"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("acces_journal", sa.Column("nombre", sa.Integer()))
    op.add_column("acces_journal", sa.Column("demandes", postgresql.ARRAY(sa.Text())))
    op.create_index("ix_acces_demandes", "acces_journal", ["demandes"], postgresql_using="gin")


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_acces_demandes", "acces_journal")
    for column in ("demandes", "nombre"):
        op.drop_column("acces_journal", column)
