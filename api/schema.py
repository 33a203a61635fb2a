"""Bring a database to the present schema, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from api.database import sqlalchemy_url

_MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x0B1E_57A7


def alembic_config(connection: Connection | None = None) -> Config:
    """Return the configuration of our migrations."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def head() -> str:
    """Return the revision of the present schema."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def migrate(url: str) -> None:
    """Apply the missing migrations, and give Rasa its own schema for its trackers."""
    engine = create_engine(sqlalchemy_url(url))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS rasa"))
            connection.commit()
            command.upgrade(alembic_config(connection), "head")
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()
    finally:
        engine.dispose()
