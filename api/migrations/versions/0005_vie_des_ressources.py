"""Vie des ressources : révisions, publication programmée, suppression, visites des liens"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STATES = ("brouillon", "a_relire", "publie", "archive")
_RESOURCE: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("publish_at", sa.DateTime(timezone=True)),
    ("deleted_at", sa.DateTime(timezone=True)),
    ("revision", postgresql.JSONB(astext_type=sa.Text())),
)
_SOURCE: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("checked_at", sa.DateTime(timezone=True)),
    ("link", sa.Text()),
    ("failing_since", sa.DateTime(timezone=True)),
)

# The history says what was: the database itself refuses to rewrite it.
_IMMUTABLE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of resources is never rewritten';
END $$;
CREATE TRIGGER resource_revision_immutable BEFORE UPDATE OR DELETE ON resource_revision
FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

# What was there before the history began: one entry each, the present text.
_FIRST_REVISIONS = """
INSERT INTO resource_revision (resource_id, version, action, actor, state, content, created_at)
SELECT r.id, r.version, 'importer', 'contenu', r.state, jsonb_build_object(
  'id', r.id, 'type', r.type, 'titre', r.title, 'resume', r.summary,
  'themes', to_jsonb(r.themes),
  'territoires', coalesce((
    SELECT jsonb_agg(CASE t.code WHEN '' THEN t.type ELSE t.type || ':' || t.code END
                     ORDER BY t.position)
    FROM resource_territoire t WHERE t.resource_id = r.id), '[]'::jsonb),
  'population', r.population, 'publics', to_jsonb(r.publics), 'annee', r.year,
  'sources', coalesce((
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
      'nom', c.name, 'url', s.url, 'date', c.published_on, 'consultee_le', c.consulted_on))
      ORDER BY c.position)
    FROM resource_source c JOIN source s ON s.id = c.source_id
    WHERE c.resource_id = r.id), '[]'::jsonb),
  'verifie_le', r.verified_on, 'a_revoir_le', r.review_on, 'responsable', r.owner,
  'etat', r.state, 'expire_le', r.expires_on, 'questions', to_jsonb(r.questions),
  'corps', r.body), r.updated_at
FROM resource r
"""


def upgrade() -> None:
    """Apply."""
    for name, kind in _RESOURCE:
        op.add_column("resource", sa.Column(name, kind, nullable=True))
    for name in ("author", "editor"):
        op.add_column(
            "resource", sa.Column(name, sa.Text(), server_default="contenu", nullable=False)
        )
    state = sa.Enum(
        *_STATES, name="revision_state", native_enum=False, create_constraint=True, length=20
    )
    op.add_column("resource", sa.Column("revision_state", state, nullable=True))
    for name, kind in _SOURCE:
        op.add_column("source", sa.Column(name, kind, nullable=True))
    op.create_table(
        "resource_revision",
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*_STATES, name="state", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name="fk_resource_revision_resource_id_resource"
        ),
        sa.PrimaryKeyConstraint("resource_id", "version", name="pk_resource_revision"),
    )
    op.execute(_FIRST_REVISIONS)
    op.execute(_IMMUTABLE)


def downgrade() -> None:
    """Undo."""
    op.drop_table("resource_revision")
    op.execute("DROP FUNCTION refuse_change()")
    for name, _ in _SOURCE:
        op.drop_column("source", name)
    for name in ("revision_state", "editor", "author"):
        op.drop_column("resource", name)
    for name, _ in reversed(_RESOURCE):
        op.drop_column("resource", name)
