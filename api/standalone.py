"""The database for a command that runs apart from the service."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.postgres import start_embedded
from api.settings import Settings


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """Give the address of the database; the embedded one is started if it does not run."""
    if settings.database_url:
        yield settings.database_url
        return
    server = start_embedded(settings.data_dir / "postgres")
    try:
        yield server.url
    finally:
        server.stop()
