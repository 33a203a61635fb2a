"""Travaux à faire plus tard, webhooks et journal des envois"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOW = sa.text("now()")


def _moment(name: str, *, default: bool = False) -> sa.Column[object]:
    kind = sa.DateTime(timezone=True)
    if default:
        return sa.Column(name, kind, server_default=_NOW, nullable=False)
    return sa.Column(name, kind, nullable=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("dedupe", sa.String(), nullable=True),
        _moment("run_at", default=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        _moment("failed_at"),
        _moment("created_at", default=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("dedupe", name="uq_job_dedupe"),
    )
    op.create_index(
        "ix_job_due", "job", ["run_at", "id"], postgresql_where=sa.text("failed_at IS NULL")
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        _moment("created_at", default=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", postgresql.JSONB(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _moment("next_attempt_at"),
        _moment("delivered_at"),
        _moment("created_at", default=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhook.id"],
            name="fk_webhook_delivery_webhook_id_webhook",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
    )
    op.create_index(
        "ix_webhook_delivery_log", "webhook_delivery", ["webhook_id", "created_at", "id"]
    )


def downgrade() -> None:
    """Undo."""
    for table in ("webhook_delivery", "webhook", "job"):
        op.drop_table(table)
