"""Time of a turn through the whole chain, Rasa included, on a service started for it.

    python -m bench.turns [--messages 200] [--at-once 8]

The baseline, in the same run on the same service: the search endpoint alone with the same
sentences, which reads no conversation, writes nothing and calls no dialogue engine.
"""

import argparse
import itertools
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import yaml

from api.rasa_process import free_port

ROOT = Path(__file__).resolve().parent.parent
PHRASES = ROOT / "nlu" / "data" / "temoins"
_READY = re.compile(r"^Prêt : (\S+)$")
_MIB = 1024**2


def sentences(count: int) -> list[str]:
    """Return `count` varied sentences of the held-out set, intents taken in turn."""
    files = [
        yaml.safe_load(path.read_text(encoding="utf-8"))["phrases"]
        for path in sorted(PHRASES.glob("*.yml"))
    ]
    mixed = [each["texte"] for row in itertools.zip_longest(*files) for each in row if each]
    return list(itertools.islice(itertools.cycle(mixed), count))


@contextmanager
def service() -> Iterator[tuple[str, int, float]]:
    """Start the service; yield its address, its process id, the seconds it took."""
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        data = Path(directory)
        models = ROOT / ".donnees" / "modeles"
        models.mkdir(parents=True, exist_ok=True)
        (data / "modeles").symlink_to(models)
        environment = {
            **os.environ,
            "ORIENTATION_PORT": str(free_port()),
            "ORIENTATION_DATA_DIR": directory,
            "ORIENTATION_RATE_LIMIT": "off",
        }
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield _address(process), process.pid, time.perf_counter() - start
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        match = _READY.match(line.strip())
        if match:
            return match[1]
    raise RuntimeError("the service did not start")


class Elu:
    """One conversation."""

    def __init__(self, client: httpx2.Client) -> None:
        opened = client.post("/api/v1/conversations", json={}).json()
        self._client = client
        self._path = f"/api/v1/conversations/{opened['id']}/messages"
        self._headers = {"Authorization": f"Bearer {opened['token']}"}

    def say(self, text: str) -> str:
        """Send a message; return the outcome of its turn."""
        answer = self._client.post(self._path, json={"text": text}, headers=self._headers)
        return str(answer.raise_for_status().json()["outcome"])


def timed(action: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Return the milliseconds of each call."""
    times = []
    for text in texts:
        start = time.perf_counter()
        action(text)
        times.append((time.perf_counter() - start) * 1000)
    return times


def talk(client: httpx2.Client, texts: Sequence[str]) -> list[float]:
    """Return the milliseconds of each turn, in conversations of five messages."""
    times: list[float] = []
    for start in range(0, len(texts), 5):
        times += timed(Elu(client).say, texts[start : start + 5])
    return times


def percentile(times: Sequence[float], share: float) -> float:
    """Return a percentile."""
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def report(name: str, times: Sequence[float]) -> None:
    """Print one line."""
    print(  # noqa: T201 - a benchmark prints
        f"{name:<38} p50 {statistics.median(times):7.1f} ms   p95 {percentile(times, 0.95):7.1f} ms"
    )


def memory(pid: int) -> None:
    """Print the memory of each process (PSS: what is shared is counted once)."""
    total = 0.0
    parent = psutil.Process(pid)
    for process in [parent, *parent.children(recursive=True)]:
        size = process.memory_full_info().pss / _MIB
        total += size
        name = "Rasa" if "launcher.py" in " ".join(process.cmdline()) else process.name()
        print(f"  mémoire {name:<28} {size:7.0f} Mio")  # noqa: T201 - a benchmark prints
    print(f"  mémoire {'de tous (sans le serveur PostgreSQL)':<28} {total:7.0f} Mio")  # noqa: T201


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=8)
    options = parser.parse_args()
    texts = sentences(options.messages)
    with service() as (address, pid, seconds), httpx2.Client(base_url=address, timeout=60) as one:
        print(f"prêt en {seconds:.1f} s")  # noqa: T201 - a benchmark prints
        talk(one, texts[:10])
        search = timed(lambda text: one.get("/api/v1/resources", params={"q": text}), texts)
        alone = talk(one, texts)
        report("recherche seule (référence)", search)
        report("tour complet, un à la fois", alone)
        ratio = statistics.median(alone) / statistics.median(search)
        print(f"  rapport des médianes : {ratio:.1f}")  # noqa: T201 - a benchmark prints
        start = time.perf_counter()
        with ThreadPoolExecutor(options.at_once) as pool:
            shares = [texts[i :: options.at_once] for i in range(options.at_once)]
            together = [t for part in pool.map(lambda s: talk(one, s), shares) for t in part]
        elapsed = time.perf_counter() - start
        report(f"tour complet, {options.at_once} à la fois", together)
        print(f"  débit : {len(texts) / elapsed:.1f} tours/s")  # noqa: T201 - a benchmark prints
        memory(pid)


if __name__ == "__main__":
    main()
