"""Alembic environment: the connection is handed over by `api.schema`."""

from alembic import context
from sqlalchemy import Connection

from api.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    include_schemas=False,
)
with context.begin_transaction():
    context.run_migrations()
