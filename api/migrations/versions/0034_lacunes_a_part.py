"""Questions mises à part de leur sujet par la rédaction"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("lacune", sa.Column("a_part_le", sa.DateTime(timezone=True)))
    op.add_column("lacune", sa.Column("a_part_par", sa.String()))


def downgrade() -> None:
    """Undo."""
    for column in ("a_part_par", "a_part_le"):
        op.drop_column("lacune", column)
