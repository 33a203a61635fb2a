"""Messages douteux que le dernier modèle entraîné lit autrement"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply."""
    op.add_column("message_douteux", sa.Column("candidat", sa.String()))


def downgrade() -> None:
    """Undo."""
    op.drop_column("message_douteux", "candidat")
