"""`orientation serve`: database, dialogue, web; ready in seconds, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import importlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

import httpx2
import uvicorn

from api.database import connect
from api.postgres import start_embedded
from api.prepare import load_reference_data
from api.rasa_process import RasaProcess, free_port, train_dialogue
from api.schema import migrate
from api.settings import Settings
from knowledge.territoires.loader import load_territoires

if TYPE_CHECKING:
    from api.container import Container

logger = logging.getLogger(__name__)
Say = Callable[[str], None]
_GRACE_SECONDS = 5
_READY_SECONDS = 90


class PublicServer(uvicorn.Server):
    """Uvicorn that lets event streams go before it stops: an open one would block it for ever."""

    container: Container

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Release the streams, then stop as usual."""
        self.container.events.release()
        super().handle_exit(sig, frame)


class InternalServer(uvicorn.Server):
    """The action server: the public one alone receives the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


class AddressTaken(RuntimeError):
    """Another program listens where the service should; the message is host and port."""


def check_address(host: str, port: int) -> None:
    """Make sure, before anything starts, that the service can listen.

    Raises AddressTaken; an address that this machine does not have is an OSError.
    """
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    ):
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(address)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise AddressTaken(f"{host}:{port}") from None
                raise


@dataclass(slots=True)
class Running:
    """The parts of a running service."""

    container: Container
    rasa: RasaProcess | None
    rasa_urls: tuple[str, ...]
    database_url: str


@asynccontextmanager
async def running(settings: Settings, say: Say) -> AsyncIterator[Running]:
    """Start everything but the public web server; stop it all on the way out."""
    async with AsyncExitStack() as stack:
        url = await _database(settings, stack, say)
        internal_port = settings.internal_port or free_port()
        rasa = await _rasa(settings, stack, say, database_url=url, port=internal_port)
        rasa_urls = settings.rasa_urls or ((rasa.url,) if rasa else ())
        # spaCy and scikit-learn take seconds to import: meanwhile Rasa starts on the other core.
        importing = asyncio.create_task(asyncio.to_thread(_import_heavy_modules))
        database = connect(url)
        say("Chargement des ressources et des territoires…")
        territoires = await asyncio.to_thread(load_territoires)
        await load_reference_data(database, territoires, api_key=settings.api_key)
        await importing
        from api.bootstrap import build_container
        from assistant.dialogue import RasaEngine
        from assistant.pool import EnginePool

        client = await stack.enter_async_context(httpx2.AsyncClient())
        token = settings.internal_token
        engine = EnginePool([RasaEngine(each, token, client) for each in rasa_urls])
        say("Chargement de la compréhension du français…")
        container = await build_container(settings, database, engine, territoires)
        await _start_internal(settings, container, stack, port=internal_port)
        yield Running(container, rasa, rasa_urls, url)


def _import_heavy_modules() -> None:
    for name in ("api.bootstrap", "api.app"):
        importlib.import_module(name)


async def _database(settings: Settings, stack: AsyncExitStack, say: Say) -> str:
    url = settings.database_url
    if not url:
        say("Démarrage de la base de données…")
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        server = await asyncio.to_thread(start_embedded, settings.data_dir / "postgres")
        stack.callback(server.stop)
        url = server.url
    await asyncio.to_thread(migrate, url)
    return url


async def _rasa(
    settings: Settings, stack: AsyncExitStack, say: Say, *, database_url: str, port: int
) -> RasaProcess | None:
    if settings.rasa_urls:
        return None
    say("Démarrage du dialogue…")
    model = await train_dialogue(settings)
    rasa = RasaProcess(
        settings,
        model=model,
        database_url=database_url,
        actions_url=f"http://127.0.0.1:{port}/actions",
    )
    await rasa.start()
    stack.push_async_callback(rasa.stop)
    return rasa


async def _start_internal(
    settings: Settings, container: Container, stack: AsyncExitStack, *, port: int
) -> None:
    from api.internal import create_internal_app

    app = create_internal_app(container.assistant.services, settings.internal_token)
    server = InternalServer(
        uvicorn.Config(
            app,
            host=settings.internal_host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
        )
    )
    task = asyncio.create_task(server.serve())

    async def stop() -> None:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(stop)


async def serve(settings: Settings, say: Say) -> None:
    """Run the service until it is told to stop. Raises AddressTaken."""
    check_address(settings.host, settings.port)
    async with running(settings, say) as parts:
        from api.app import create_app

        app = create_app(parts.container)
        server = PublicServer(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                forwarded_allow_ips=settings.trusted_proxies or None,
                proxy_headers=bool(settings.trusted_proxies),
            )
        )
        server.container = parts.container
        await _offer_first_compte(settings, parts.container, say)
        announcing = asyncio.create_task(_announce(settings, say))
        try:
            await server.serve()
        finally:
            announcing.cancel()


async def _offer_first_compte(settings: Settings, container: Container, say: Say) -> None:
    from api.comptes.commands import first_link

    address = await first_link(settings, container.database)
    if address:
        say(f"Premier compte de la console, à créer sous 24 h : {address}")


async def _announce(settings: Settings, say: Say) -> None:
    """Print the address once everything answers."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    address = f"http://{host}:{settings.port}"
    async with httpx2.AsyncClient() as client:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _READY_SECONDS
        while loop.time() < deadline:
            with contextlib.suppress(httpx2.HTTPError):
                answer = await client.get(f"{address}/readyz", timeout=5.0)
                if answer.status_code == httpx2.codes.OK:
                    say(f"Prêt : {address}")
                    return
            await asyncio.sleep(0.1)
    logger.error("not ready in time")
