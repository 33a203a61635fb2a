"""Recherche dans les demandes, empreinte des demandes rejouées"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FOLDED = (
    "translate(lower(concat_ws(' ', reference, territoire->>'nom', nom, courriel, besoin)),"
    " 'àâäçéèêëîïôöùûüÿ’', 'aaaceeeeiioouuuy''')"
)


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.add_column("ticket", sa.Column("fingerprint", sa.LargeBinary(), nullable=True))
    op.add_column("ticket", sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    op.execute(f"UPDATE ticket SET search_text = {_FOLDED}")  # noqa: S608 - constant
    op.create_index("ix_ticket_recent", "ticket", ["created_at", "id"])
    op.create_index(
        "ix_ticket_search",
        "ticket",
        ["search_text"],
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_ticket_search", table_name="ticket")
    op.drop_index("ix_ticket_recent", table_name="ticket")
    op.drop_column("ticket", "search_text")
    op.drop_column("ticket", "fingerprint")
