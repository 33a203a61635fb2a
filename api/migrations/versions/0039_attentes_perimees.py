"""Ce que d’anciennes visites et d’anciennes relances ont laissé croire"""

from collections.abc import Sequence

from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# A site that refuses robots answers: it was counted as failing since its first refusal.
_ANSWERS = "UPDATE source SET failing_since = NULL WHERE link LIKE 'incertain 4%'"
# A subject that a page was asking when its process died.
_LEFT = """
UPDATE lacune_groupe SET reposer_depuis = NULL
WHERE reposer_depuis IS NOT NULL AND NOT EXISTS (
  SELECT FROM job WHERE job.dedupe = 'lacunes.reposer:' || lacune_groupe.id
)
"""


def upgrade() -> None:
    """Apply."""
    op.execute(_ANSWERS)
    op.execute(_LEFT)


def downgrade() -> None:
    """Nothing to undo: the next visit and the next asking say what is."""
