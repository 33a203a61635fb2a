"""Scripted conversations while parts of the service are killed at random: nothing may be lost.

    python -m bench.kills [--conversations 2000] [--kills 200] [--at-once 8] [--seed 7]

Each kill is SIGKILL, drawn at random: Rasa, the service itself (API, webhook, jobs: started again
at once, as systemd would), or a server process of PostgreSQL (which then ends every session and
recovers). An élu whose message gets no answer sends it again with the same Idempotency-Key, as the
widget does. Afterwards the database is compared, row by row, with what was sent and answered.
"""

import argparse
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import httpx2
import psutil
import psycopg

from api.postgres import start_embedded
from api.rasa_process import free_port

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / ".donnees" / "modeles"
SCRIPTS: tuple[tuple[str, ...], ...] = (
    (
        "Je suis maire d'Auch, comment lancer un budget participatif ?",
        "et pour une intercommunalité ?",
        "le deuxième",
        "merci",
    ),
    (
        "bjr on veu un conseil des jeunes, 900 hab",
        "plus près de chez nous",
        "je veux parler à un conseiller",
    ),
    (
        "Nous sommes 4 communes du Gers et voulons travailler ensemble sur la mobilité",
        "pourquoi pas des ateliers ?",
        "je veux parler à un conseiller",
    ),
    (
        "Nous voulons être accompagnés dans notre démarche",
        "Guéret",
        "une seule collectivité",
        "je ne sais pas",
    ),
)
_ASKS_HUMAN = "je veux parler à un conseiller"
_PATIENCE_SECONDS = 600
_PAUSE_SECONDS = 0.25
T = TypeVar("T")
_WEIGHTS = {"rasa": 3, "service": 1, "postgresql": 2}
CLEAR_STATUSES = frozenset({503})
"""Statuses that say, in French, that the message must be sent again."""


@dataclass(slots=True)
class Told:
    """What one élu sent, and was answered: the truth that the database is compared with."""

    id: str
    texts: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    reference: str | None = None


class Kept(NamedTuple):
    """An item of a conversation in the database; `said` is a button's payload, else the text."""

    author: str
    said: str
    reply_to: str | None
    id: str


@dataclass(slots=True)
class Tally:
    """What was seen from outside, and what the database holds that it should not, or lacks.

    `degraded` counts turns without the dialogue engine; `refused`, clear refusals (then sent
    again); `cut`, connections lost; `unclear`, answers that are neither a Turn nor clear.
    """

    turns: int = 0
    degraded: int = 0
    refused: int = 0
    cut: int = 0
    unclear: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    lost_messages: int = 0
    doubled_messages: int = 0
    unanswered: int = 0
    lost_tickets: int = 0
    doubled_tickets: int = 0
    longest_wait: float = 0.0

    @property
    def faults(self) -> int:
        """Everything that must be 0."""
        return (
            len(self.unclear)
            + self.lost_messages
            + self.doubled_messages
            + self.unanswered
            + self.lost_tickets
            + self.doubled_tickets
        )


class Victim:
    """The service, with its PostgreSQL: parts of it are killed, and it is kept alive."""

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._environment = dict(environment or {})
        self._postgres = start_embedded(directory / "pg")
        self.url = f"http://127.0.0.1:{free_port()}"
        self.database_url = self._postgres.url
        (directory / "donnees").mkdir()
        MODELS.mkdir(parents=True, exist_ok=True)
        (directory / "donnees" / "modeles").symlink_to(MODELS)
        self._process = self._start()

    def _start(self, command: str = "serve") -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "ORIENTATION_PORT": self.url.rpartition(":")[2],
            "ORIENTATION_DATA_DIR": str(self._directory / "donnees"),
            "ORIENTATION_RATE_LIMIT": "off",
            **self._environment,
        }
        return subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, "-m", "api", command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        """Wait until all its parts are ready.

        Raises RuntimeError when they are not after ten minutes.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                if self._answers():
                    return
            except httpx2.HTTPError:
                pass
            time.sleep(_PAUSE_SECONDS)
        raise RuntimeError("le service n’est pas redevenu prêt")

    def _answers(self) -> bool:
        return httpx2.get(f"{self.url}/readyz", timeout=10).is_success

    def kill(self, part: str) -> None:
        """Kill one part of it; the service alone is then started again from here."""
        self._ways()[part]()

    def _ways(self) -> dict[str, Callable[[], None]]:
        return {
            "rasa": self._kill_rasa,
            "service": self._kill_service,
            "postgresql": self._kill_backend,
        }

    def _kill_rasa(self) -> None:
        for child in psutil.Process(self._process.pid).children(recursive=True):
            if "launcher.py" in " ".join(child.cmdline()):
                child.kill()

    def _kill_service(self) -> None:
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        self._process.wait()
        psutil.wait_procs(children, timeout=20)  # Rasa ends by itself with its parent
        self._process = self._start()
        self.wait()

    def _kill_backend(self) -> None:
        try:
            with psycopg.connect(self.database_url, connect_timeout=5) as connection:
                found = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                    " AND datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchall()
        except psycopg.OperationalError:
            return  # it is still recovering from the previous one
        if found:
            os.kill(random.choice(found)[0], signal.SIGKILL)  # noqa: S311 - a draw, not a secret

    def close(self) -> None:
        """Stop everything."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)
        self._postgres.stop()


@contextmanager
def victim(environment: Mapping[str, str] | None = None) -> Iterator[Victim]:
    """Start a service to be ill-treated, in a folder of its own."""
    directory = Path(tempfile.mkdtemp(dir="/tmp"))
    started = Victim(directory, environment)
    try:
        started.wait()
        yield started
    finally:
        started.close()
        shutil.rmtree(directory, ignore_errors=True)


class Sender:
    """Sends again what gets no answer, as the widget and partners do; counts what it sees."""

    def __init__(self, client: httpx2.Client, tally: Tally, lock: threading.Lock) -> None:
        self.client, self._tally, self._lock = client, tally, lock

    def until_answered(
        self, send: Callable[[], httpx2.Response], *, wanted: Collection[int] = (200,)
    ) -> dict[str, Any]:
        """Send until a wanted status comes; return the body.

        Raises RuntimeError when none came in ten minutes.
        """
        start = time.monotonic()
        while time.monotonic() - start < _PATIENCE_SECONDS:
            try:
                response = send()
            except httpx2.HTTPError:
                self.count("cut")
            else:
                if response.status_code in wanted:
                    self._waited(time.monotonic() - start)
                    found: dict[str, Any] = response.json()
                    return found
                self._refused(response)
            time.sleep(_PAUSE_SECONDS)
        raise RuntimeError(f"un message est resté sans réponse : {self._tally.unclear[-1:]}")

    def count(self, name: str) -> None:
        """Count one more in the tally."""
        with self._lock:
            setattr(self._tally, name, getattr(self._tally, name) + 1)

    def _refused(self, response: httpx2.Response) -> None:
        clear = response.status_code in CLEAR_STATUSES and response.json().get("detail")
        with self._lock:
            if clear:
                self._tally.refused += 1
            else:
                self._tally.unclear.append(f"{response.status_code} {response.text[:200]}")

    def _waited(self, seconds: float) -> None:
        with self._lock:
            self._tally.longest_wait = max(self._tally.longest_wait, seconds)


class Elu(Sender):
    """One conversation, as the widget leads it."""

    def __init__(self, client: httpx2.Client, tally: Tally, lock: threading.Lock) -> None:
        super().__init__(client, tally, lock)
        opened = self.until_answered(
            lambda: client.post("/api/v1/conversations", json={}), wanted=(201,)
        )
        self.told = Told(opened["id"])
        self._path = f"/api/v1/conversations/{opened['id']}"
        self._headers = {"Authorization": f"Bearer {opened['token']}"}

    def talk(self, script: tuple[str, ...]) -> Told:
        """Say everything; ask for a human when the script does."""
        for number, text in enumerate(script):
            turn = self._say(text, key=f"{self.told.id}-{number}")
            self.told.texts.append(text)
            self.told.answers.append(turn["id"])
            self._note(turn["outcome"])
        if script[-1] == _ASKS_HUMAN:
            self.told.reference = self._hand_over()["ticket"]["reference"]
        return self.told

    def _say(self, text: str, *, key: str) -> dict[str, Any]:
        return self.until_answered(
            lambda: self.client.post(
                f"{self._path}/messages",
                json={"text": text},
                headers={**self._headers, "Idempotency-Key": key},
            )
        )

    def _hand_over(self) -> dict[str, Any]:
        wanted = {"courriel": "mairie@exemple.fr", "envoyer": True, "consentement": True}
        headers = {**self._headers, "Idempotency-Key": f"{self.told.id}-envoi"}
        return self.until_answered(
            lambda: self.client.post(f"{self._path}/handover", json=wanted, headers=headers)
        )

    def _note(self, outcome: str) -> None:
        self.count("turns")
        if outcome == "degraded":
            self.count("degraded")


def under_fire(
    service: Victim,
    tally: Tally,
    tasks: Sequence[Callable[[], T]],
    *,
    parts: Sequence[str],
    at_once: int,
) -> list[T]:
    """Do the tasks, `at_once` together; the kills of `parts` are spread over them."""
    done, counter, finished = threading.Event(), itertools.count(1), [0]

    def follow(task: Callable[[], T]) -> T:
        result = task()
        finished[0] = next(counter)
        return result

    def executioner() -> None:
        for number, part in enumerate(parts):
            while finished[0] < len(tasks) * number / len(parts) and not done.is_set():
                time.sleep(0.05)
            service.kill(part)
            tally.kills[part] += 1

    killing = threading.Thread(target=executioner)
    killing.start()
    try:
        with ThreadPoolExecutor(at_once) as pool:
            results = list(pool.map(follow, tasks))
    finally:
        done.set()
        killing.join()
    service.wait()
    return results


def torment(
    service: Victim, *, conversations: int, parts: Sequence[str], at_once: int
) -> tuple[Tally, list[Told]]:
    """Lead the conversations, `at_once` together; the kills of `parts` are spread over them."""
    tally, lock = Tally(), threading.Lock()

    def lead(script: tuple[str, ...]) -> Told:
        with httpx2.Client(base_url=service.url, timeout=40) as client:
            return Elu(client, tally, lock).talk(script)

    scripts = itertools.islice(itertools.cycle(SCRIPTS), conversations)
    tasks = [partial(lead, script) for script in scripts]
    return tally, under_fire(service, tally, tasks, parts=parts, at_once=at_once)


def compare(service: Victim, tally: Tally, told: list[Told]) -> None:
    """Compare what the élus sent with what the database holds, and write it into the tally."""
    with psycopg.connect(service.database_url) as connection:
        rows = connection.execute(
            "SELECT c.id, i.author, coalesce(i.payload, i.text, i.id), i.reply_to, i.id"
            " FROM conversation c JOIN conversation_item i ON i.conversation_id = c.id"
            " ORDER BY c.id, i.seq"
        ).fetchall()
        tickets = connection.execute("SELECT conversation_id, reference FROM ticket").fetchall()
    kept: dict[str, list[Kept]] = {}
    for conversation, *item in rows:
        kept.setdefault(conversation, []).append(Kept(*item))
    references: dict[str, list[str]] = {}
    for conversation, reference in tickets:
        references.setdefault(conversation, []).append(reference)
    for each in told:
        _compare_one(tally, each, kept.get(each.id, []), references.get(each.id, []))


def _compare_one(tally: Tally, told: Told, items: list[Kept], references: list[str]) -> None:
    said = Counter(each.said for each in items if each.author == "elu")
    pressed = {each for each in said if each.startswith("/")}  # by the hand-over, once each
    sent = Counter([*told.texts, *pressed])
    tally.lost_messages += (sent - said).total()
    tally.doubled_messages += (said - sent).total()
    answers = {each.id for each in items if each.author == "assistant" and each.reply_to}
    tally.unanswered += len(set(told.answers) - answers)
    expected = [told.reference] if told.reference else []
    tally.lost_tickets += len(set(expected) - set(references))
    tally.doubled_tickets += max(0, len(references) - len(expected))


def show(tally: Tally, seconds: float) -> None:
    """Print the figures."""
    killed = ", ".join(f"{part} {count}" for part, count in sorted(tally.kills.items()))
    lines = (
        f"arrêts brutaux : {tally.kills.total()} ({killed}) en {seconds:.0f} s",
        f"tours répondus : {tally.turns}, dont {tally.degraded} sans le moteur de dialogue",
        f"refus clairs, puis renvoyés : {tally.refused} ; connexions coupées : {tally.cut}",
        f"plus longue attente d’une réponse, renvois compris : {tally.longest_wait:.1f} s",
        f"messages perdus {tally.lost_messages}, doublés {tally.doubled_messages},"
        f" sans réponse {tally.unanswered}",
        f"demandes perdues {tally.lost_tickets}, doublées {tally.doubled_tickets}",
        f"réponses ni claires ni utiles : {len(tally.unclear)}",
        *sorted(set(tally.unclear))[:5],
    )
    print("\n".join(lines))  # noqa: T201 - a benchmark prints


def main() -> None:
    """Torment, compare, print; exit with 1 when anything was lost, doubled or unclear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    draw = random.Random(options.seed)  # noqa: S311 - a draw, not a secret
    parts = draw.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=options.kills)
    start = time.monotonic()
    with victim() as service:
        tally, told = torment(
            service, conversations=options.conversations, parts=parts, at_once=options.at_once
        )
        compare(service, tally, told)
    show(tally, time.monotonic() - start)
    raise SystemExit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
