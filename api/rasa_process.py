"""Rasa as a supervised child: started, watched, restarted with back-off, never left behind."""

import asyncio
import contextlib
import ctypes
import hashlib
import logging
import os
import signal
import socket
import tempfile
from pathlib import Path

import httpx2

from api.settings import RASA_PROJECT, Settings

logger = logging.getLogger(__name__)
_BACKOFF_SECONDS = (0.5, 1, 2, 5, 10, 20)
_STABLE_SECONDS = 60.0
_READY_POLL_SECONDS = 0.15
_TRAIN_TIMEOUT_SECONDS = 300
_PR_SET_PDEATHSIG = 1
MODEL = "dialogue"


class RasaMissing(RuntimeError):
    """Rasa's own environment is not installed (`make run` installs it)."""


def free_port() -> int:
    """Return a loopback port that nobody uses at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def project_fingerprint() -> str:
    """Return a hash of the dialogue files: a change of them asks for a new training."""
    digest = hashlib.sha256()
    for path in sorted(RASA_PROJECT.rglob("*.yml")):
        digest.update(path.relative_to(RASA_PROJECT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def model_path(settings: Settings) -> Path:
    """Return where the trained dialogue of the present files lies."""
    return settings.models_dir / f"{MODEL}-{project_fingerprint()}.tar.gz"


def _die_with_parent() -> None:
    """The kernel ends the child when the service dies, even killed (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def command(settings: Settings, *arguments: str) -> list[str]:
    """Return the command line of our Rasa launcher. Raises RasaMissing."""
    if not settings.rasa_python.exists():
        raise RasaMissing(str(settings.rasa_python))
    return [str(settings.rasa_python), "-W", "ignore", "launcher.py", *arguments]


def environment(settings: Settings, **extra: str) -> dict[str, str]:
    """Return the environment of Rasa: telemetry off, quiet libraries, nothing in the user's home.

    Rasa and TensorFlow write settings in the home of the user: theirs is in the data folder.
    """
    home = settings.data_dir.resolve() / "rasa"
    home.mkdir(parents=True, exist_ok=True)
    quiet = {
        "HOME": str(home),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "RASA_MAX_CACHE_SIZE": "0",
        "MPLCONFIGDIR": str(home),
    }
    return {**os.environ, **quiet, **extra}


async def train_dialogue(settings: Settings, *, force: bool = False) -> Path:
    """Train the dialogue unless it is already trained for these files; return its path.

    It is written apart, then put in place in one move: two processes may train at once.
    Raises RasaMissing, and RuntimeError when the training fails.
    """
    path = model_path(settings)
    if path.exists() and not force:
        return path
    settings.models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.models_dir) as apart:
        output = await _train(settings, Path(apart), path.name.removesuffix(".tar.gz"))
        trained = Path(apart) / path.name
        if not trained.exists():
            raise RuntimeError(output[-2000:])
        trained.replace(path)
    return path


async def _train(settings: Settings, folder: Path, name: str) -> str:
    """Have Rasa write its model in the folder; return what it said."""
    process = await asyncio.create_subprocess_exec(
        *command(settings, "train", "core", "--domain", "domain", "--stories", "data"),
        *("--out", str(folder), "--fixed-model-name", name),
        cwd=RASA_PROJECT,
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        preexec_fn=_die_with_parent,
    )
    async with asyncio.timeout(_TRAIN_TIMEOUT_SECONDS):
        output, _ = await process.communicate()
    said = output.decode(errors="replace")
    if process.returncode != 0:
        raise RuntimeError(said[-2000:])
    return said


class RasaProcess:
    """One Rasa server on loopback."""

    def __init__(
        self,
        settings: Settings,
        *,
        model: Path,
        database_url: str,
        actions_url: str,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._settings = settings
        self._model = model
        self._database_url = database_url
        self._actions_url = actions_url
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.host = host
        self.port = port or free_port()
        self.restarts = 0
        self._restarted = asyncio.Event()

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://{self.host}:{self.port}"

    @property
    def pid(self) -> int | None:
        """Process id, for tests and diagnosis."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the server and its watcher."""
        await self._spawn()
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop the watcher, then the server."""
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def kill(self) -> None:
        """Kill the server at once and wait for the watcher to start another (tests, operators)."""
        self._restarted.clear()
        if self._process is not None:
            self._process.kill()
        await self._restarted.wait()

    async def wait_ready(self, client: httpx2.AsyncClient, *, seconds: float = 60) -> bool:
        """Wait until the channel answers; False when it does not in time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(httpx2.HTTPError):
                answer = await client.get(f"{self.url}/webhooks/interne/", timeout=1.0)
                if answer.status_code == httpx2.codes.OK:
                    return True
            await asyncio.sleep(_READY_POLL_SECONDS)
        return False

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *command(self._settings, "run", "-i", self.host, "-p", str(self.port)),
            *("-m", str(self._model), "--endpoints", "endpoints.yml"),
            *("--credentials", "credentials.yml"),
            cwd=RASA_PROJECT,
            env=environment(
                self._settings,
                ORIENTATION_INTERNAL_TOKEN=self._settings.internal_token,
                ORIENTATION_ACTIONS_URL=self._actions_url,
                ORIENTATION_RASA_DATABASE_URL=self._database_url,
                POSTGRESQL_SCHEMA="rasa",
            ),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            preexec_fn=_die_with_parent,
        )

    async def _watch(self) -> None:
        """Restart the server when it dies; slower and slower while it keeps dying."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            started = loop.time()
            assert self._process is not None  # noqa: S101 - start() spawned it
            code = await self._process.wait()
            failures = 0 if loop.time() - started > _STABLE_SECONDS else failures + 1
            delay = _BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS)) - 1] if failures else 0.5
            logger.warning("dialogue engine died", extra={"code": code, "restart_in": delay})
            await asyncio.sleep(delay)
            await self._spawn()
            self.restarts += 1
            self._restarted.set()
