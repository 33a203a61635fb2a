"""The migrations make exactly the tables that the code declares, and can be undone."""

from alembic import command
from sqlalchemy import create_engine, inspect

from api.database import sqlalchemy_url
from api.schema import alembic_config, migrate


def test_migrations_match_the_models(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.connect() as connection:
        command.check(alembic_config(connection))
    engine.dispose()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate(database_url)


def test_every_migration_can_be_undone(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url))
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
        connection.commit()
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    migrate(database_url)
