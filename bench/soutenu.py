"""Minutes of turns without a pause, ours and a bare Rasa's, on the same messages, in the same run.

    python -m bench.soutenu [--minutes 5] [--at-once 8] [--per-intent 60] [--epochs 3]

The bare Rasa (see `bench.rasa_nu`) reads with DIET, trained on some of our sentences: how well it
reads is the matter of `bench.nlu_rasa`, how long it takes does not depend on it. Each side is
alone on the machine. Memory is the PSS of every process (PostgreSQL's apart), taken through the
run: the growth compares its last fifth with the fifth that follows the warm-up.
"""

import argparse
import itertools
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil

from bench.nlu_rasa import chosen
from bench.rasa_nu import running, train, write_project
from bench.turns import Elu, report, sentences, service, timed
from nlu.intents_examples import load_examples

_MIB = 1024**2
_SAMPLE_SECONDS = 5.0
_MESSAGES = 200
_OF_A_CONVERSATION = 5
_EARLY, _LATE, _AROUND = 5, 120, 3

Say = Callable[[str], object]


@dataclass(slots=True)
class Side:
    """One of the two: how a conversation is opened, which processes are its own."""

    name: str
    open: Callable[[httpx2.Client], Say]
    pids: Sequence[int]


@dataclass(slots=True)
class Memory:
    """The memory of some processes, in Mio, sampled until `stop` is set."""

    pids: Sequence[int]
    samples: list[float] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Sample."""
        while not self.stop.wait(_SAMPLE_SECONDS):
            self.samples.append(self._now())

    def _now(self) -> float:
        total = 0
        for pid in self.pids:
            parent = psutil.Process(pid)
            for each in (parent, *parent.children(recursive=True)):
                if each.name() != "postgres":
                    total += each.memory_full_info().pss
        return total / _MIB

    def growth(self) -> tuple[float, float]:
        """Return the median of the second fifth, and of the last."""
        fifth = max(1, len(self.samples) // 5)
        return (
            statistics.median(self.samples[fifth : 2 * fifth] or self.samples),
            statistics.median(self.samples[-fifth:]),
        )


def talk(side: Side, client: httpx2.Client, texts: Sequence[str]) -> list[float]:
    """Return the milliseconds of each turn, in conversations of five messages."""
    times: list[float] = []
    for start in range(0, len(texts), _OF_A_CONVERSATION):
        times += timed(side.open(client), texts[start : start + _OF_A_CONVERSATION])
    return times


def sustain(
    side: Side, client: httpx2.Client, texts: Sequence[str], *, at_once: int, seconds: float
) -> tuple[list[float], float]:
    """Talk without a pause for so long; return the milliseconds of each turn and the turns/s."""
    end = time.monotonic() + seconds

    def one(share: int) -> list[float]:
        mine = itertools.cycle(texts[share::at_once])
        times: list[float] = []
        while time.monotonic() < end:
            times += talk(side, client, list(itertools.islice(mine, _OF_A_CONVERSATION)))
        return times

    start = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        times = [each for part in pool.map(one, range(at_once)) for each in part]
    return times, len(times) / (time.monotonic() - start)


def measure(side: Side, address: str, *, at_once: int, seconds: float) -> tuple[float, float]:
    """Measure one side and print; return its median turn alone and its turns/s."""
    texts = sentences(_MESSAGES)
    limits = httpx2.Limits(max_connections=2 * at_once)
    with httpx2.Client(base_url=address, timeout=120, limits=limits) as client:
        talk(side, client, texts[:20])
        alone = talk(side, client, texts)
        report(f"{side.name}, un à la fois", alone)
        memory = Memory(side.pids)
        sampler = threading.Thread(target=memory.run)
        sampler.start()
        try:
            times, rate = sustain(side, client, texts, at_once=at_once, seconds=seconds)
        finally:
            memory.stop.set()
            sampler.join()
        report(f"{side.name}, {at_once} à la fois", times)
        before, after = memory.growth()
        print(  # noqa: T201 - a benchmark prints
            f"  {len(times)} tours, {rate:.1f} tours/s ; mémoire {before:.0f} puis {after:.0f} Mio"
            f" ({(after / before - 1) * 100:+.1f} %)"
        )
        lengthen(side, client, texts)
    return statistics.median(alone), rate


def lengthen(side: Side, client: httpx2.Client, texts: Sequence[str]) -> None:
    """Print what a late turn of one long conversation takes beside an early one.

    The same messages come back at both places, in three conversations.
    """
    early: list[float] = []
    late: list[float] = []
    tried = texts[:_AROUND]
    for _ in range(3):
        say = side.open(client)
        timed(say, texts[: _EARLY - 1])
        early += timed(say, tried)
        timed(say, list(itertools.islice(itertools.cycle(texts), _LATE - _EARLY - _AROUND)))
        late += timed(say, tried)
    first, last = statistics.median(early), statistics.median(late)
    print(  # noqa: T201 - a benchmark prints
        f"  tour {_EARLY} : {first:.1f} ms ; tour {_LATE} : {last:.1f} ms ({last / first:.2f} fois)"
    )


def _bare(client: httpx2.Client) -> Say:
    sender = f"elu-{time.perf_counter_ns()}"

    def say(text: str) -> object:
        body = {"sender": sender, "message": text}
        return client.post("/webhooks/rest/webhook", json=body).raise_for_status().json()

    return say


def _ours(client: httpx2.Client) -> Say:
    return Elu(client).say


def main() -> None:
    """Measure both sides and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--per-intent", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    load = {"at_once": options.at_once, "seconds": options.minutes * 60}
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        folder = Path(directory)
        write_project(folder, chosen(load_examples(), options.per_intent), options.epochs)
        train(folder)
        with running(folder) as (address, pids):
            bare, bare_rate = measure(Side("Rasa nu (DIET)", _bare, pids), address, **load)
    with service() as (address, pid, _):
        ours, rate = measure(Side("Orientation", _ours, [pid]), address, **load)
    print(  # noqa: T201 - a benchmark prints
        f"rapport des médianes, Orientation sur Rasa nu : {ours / bare:.2f} ;"
        f" des débits : {rate / bare_rate:.2f}"
    )


if __name__ == "__main__":
    main()
