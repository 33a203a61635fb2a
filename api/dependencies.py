"""FastAPI dependencies shared by the slices."""

from fastapi import Request

from api.container import Container


def get_container(request: Request) -> Container:
    """Return what the application was built with."""
    container: Container = request.app.state.container
    return container


async def limit_address(request: Request) -> None:
    """Refuse an address that asks too much (429 and Retry-After)."""
    client = request.client
    await get_container(request).address_limiter.check(client.host if client else "")
