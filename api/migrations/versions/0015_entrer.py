"""Second facteur, fournisseur d'identité, journal des comptes"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_REFUSE = """
CREATE FUNCTION compte_journal_intact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '365 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'compte_journal: append only';
END $$
"""


def _moment(name: str, *, nullable: bool = True, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=nullable and not now, server_default=default
    )


def _compte(*, primary_key: bool = True) -> sa.Column[object]:
    owner = sa.ForeignKey("compte.id", ondelete="CASCADE")
    return sa.Column("compte_id", sa.String(), owner, primary_key=primary_key, nullable=False)


def _factor_tables() -> None:
    op.create_table(
        "compte_totp",
        _compte(),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        _moment("created_at", nullable=False),
        _moment("confirmed_at"),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "compte_code_secours",
        _compte(),
        sa.Column("code_hash", sa.LargeBinary(), primary_key=True),
        _moment("used_at"),
    )


def _identity_tables() -> None:
    op.create_table(
        "compte_identite",
        sa.Column("issuer", sa.String(), primary_key=True),
        sa.Column("subject", sa.String(), primary_key=True),
        _compte(primary_key=False),
        _moment("created_at", now=True),
    )
    op.create_index("ix_compte_identite_compte_id", "compte_identite", ["compte_id"])
    op.create_table(
        "connexion_attendue",
        sa.Column("state_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("return_to", sa.String(), nullable=False),
        _moment("created_at", nullable=False),
    )
    op.create_index("ix_connexion_attendue_created_at", "connexion_attendue", ["created_at"])


def _journal() -> None:
    op.create_table(
        "compte_journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        _moment("at", now=True),
        sa.Column("compte_id", sa.String(), nullable=False),
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
    )
    op.create_index("ix_compte_journal_at", "compte_journal", ["at"])
    op.create_index("ix_compte_journal_compte", "compte_journal", ["compte_id", "id"])
    op.execute(_REFUSE)
    for level, what in (("ROW", "UPDATE OR DELETE"), ("STATEMENT", "TRUNCATE")):
        op.execute(
            f"CREATE TRIGGER compte_journal_{level.lower()} BEFORE {what} ON compte_journal"
            f" FOR EACH {level} EXECUTE FUNCTION compte_journal_intact()"
        )


def upgrade() -> None:
    """Apply."""
    op.alter_column("compte", "password_hash", nullable=True)
    op.add_column(
        "compte_session",
        sa.Column("entry", sa.String(), server_default="mot_de_passe", nullable=False),
    )
    op.add_column("compte_session", sa.Column("id_token", sa.LargeBinary(), nullable=True))
    _factor_tables()
    _identity_tables()
    _journal()


def downgrade() -> None:
    """Undo; an account that has no password keeps none that works."""
    for table in (
        "compte_journal",
        "connexion_attendue",
        "compte_identite",
        "compte_code_secours",
        "compte_totp",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION compte_journal_intact()")
    op.execute("DELETE FROM compte_session")  # those that wait would be let in
    op.drop_column("compte_session", "id_token")
    op.drop_column("compte_session", "entry")
    op.execute("UPDATE compte SET password_hash = '!' WHERE password_hash IS NULL")
    op.alter_column("compte", "password_hash", nullable=False)
