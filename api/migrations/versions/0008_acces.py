"""Journal des accès aux demandes, en ajout seulement"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_REFUSE = """
CREATE FUNCTION acces_journal_intact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'acces_journal: append only';
END $$
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "acces_journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
    )
    op.create_index("ix_acces_journal_at", "acces_journal", ["at"])
    op.create_index("ix_acces_reference", "acces_journal", ["reference", "id"])
    op.execute(_REFUSE)
    op.execute(
        "CREATE TRIGGER acces_journal_lignes BEFORE UPDATE OR DELETE ON acces_journal"
        " FOR EACH ROW EXECUTE FUNCTION acces_journal_intact()"
    )
    op.execute(
        "CREATE TRIGGER acces_journal_table BEFORE TRUNCATE ON acces_journal"
        " FOR EACH STATEMENT EXECUTE FUNCTION acces_journal_intact()"
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("acces_journal")
    op.execute("DROP FUNCTION acces_journal_intact()")
