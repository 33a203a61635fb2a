"""The desk under load while its parts are killed at random: nothing may be lost nor doubled.

    python -m bench.kills_demandes [--requests 500] [--kills 100] [--at-once 6] [--seed 7]
    python -m bench.kills_demandes --tickets 100000    beside 100,000 requests, 1,000,000 messages

Partner systems create requests; advisors claim them, answer the élu, leave notes. Meanwhile parts
die of SIGKILL: the API, the worker, a server process of PostgreSQL (which then ends every session
and recovers), or PostgreSQL as a whole. What gets no answer is sent again with the same
Idempotency-Key. A real SMTP server and a real receiver of webhooks listen on this machine.
Afterwards the database is compared, row by row, with what was accepted, and with what both heard.
"""

import argparse
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg
from aiosmtpd.controller import Controller

from api.postgres import start_embedded
from api.rasa_process import free_port
from bench.claims import add_advisors
from bench.demandes import fill, needs
from bench.kills import Sender, Tally, Victim, under_fire
from tests.api.receiver import Receiver, receiving

_WEIGHTS = {"service": 1, "worker": 4, "postgresql": 3, "serveur": 1}
_NAMES = {
    "service": "API",
    "worker": "exécutant",
    "postgresql": "processus de PostgreSQL",
    "serveur": "PostgreSQL entier",
}
_ADVISORS = 4
_DRAINED_SECONDS = 300
_MESSAGES_EACH = 10
_OPEN_JOBS = ("mail.send", "webhook.deliver")
_TOLD_PER_REQUEST = 4
"""Events that partners are told of a request: created, claimed, answered, annotated."""


@dataclass(slots=True)
class Heard:
    """What the mail server took, by Message-ID."""

    port: int
    mails: Counter[str] = field(default_factory=Counter)

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Take a mail."""
        self.mails[message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 OK"


@contextmanager
def smtp() -> Iterator[Heard]:
    """Run a mail server."""
    heard = Heard(free_port())
    controller = Controller(heard, hostname="127.0.0.1", port=heard.port)
    controller.start()
    try:
        yield heard
    finally:
        controller.stop()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the service answered that it had taken: the truth that the database is compared with."""

    key: str
    reference: str
    answer: str
    note: str


@dataclass(slots=True)
class DeskTally(Tally):
    """What was seen, and what is missing or there twice; `*_again` are not faults (at least once).

    `wrong` says in French, thing by thing, what the database or a partner lacks or has twice.
    """

    wrong: list[str] = field(default_factory=list)
    mails_again: int = 0
    webhooks_again: int = 0
    drained_in: float = 0.0

    @property
    def faults(self) -> int:
        """Everything that must be 0."""
        return len(self.unclear) + len(self.wrong)

    def expect(self, right: bool, what: str) -> None:
        """Note `what` unless it is right."""
        if not right:
            self.wrong.append(what)


class Desk(Victim):
    """An API without the dialogue engine, a worker in its own process, PostgreSQL."""

    def __init__(self, directory: Path, *, heard: Heard, receiver: Receiver) -> None:
        super().__init__(
            directory,
            {
                "RASA_URL": "http://127.0.0.1:9",  # nobody: requests need no dialogue
                "ORIENTATION_JOBS": "off",
                "ORIENTATION_SMTP_URL": f"smtp://127.0.0.1:{heard.port}",
                "ORIENTATION_MAIL_FROM": "Orientation <orientation@exemple.fr>",
                "ORIENTATION_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8",
            },
        )
        self.heard, self.receiver = heard, receiver
        self._worker: subprocess.Popen[bytes] | None = None
        self.keys: list[str] = []
        self.former = 0  # the last request that was there before
        self.beside: dict[str, int] = {}

    def open(self, *, tickets: int) -> None:
        """Fill the desk, start the worker, give advisors their keys, subscribe the partner."""
        if tickets:
            fill(self.database_url, requests=tickets, messages=tickets * _MESSAGES_EACH)
            with psycopg.connect(self.database_url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")  # as autovacuum does meanwhile
            self.former = int(_rows(self, "SELECT max(id) FROM ticket")[0][0])
        self.beside = former_rows(self)
        self.keys = list(add_advisors(self.database_url, _ADVISORS).values())
        self._worker = self._start("worker")
        httpx2.post(
            f"{self.url}/api/v1/webhooks",
            json={"url": self.receiver.url},
            headers={"Authorization": f"Bearer {self.keys[0]}"},
            timeout=60,
        ).raise_for_status()

    def _answers(self) -> bool:
        parts = httpx2.get(f"{self.url}/readyz", timeout=10).json()["parties"]
        return all(parts[name]["pret"] for name in ("base_de_donnees", "index"))

    def _ways(self) -> dict[str, Callable[[], None]]:
        return super()._ways() | {"worker": self._kill_worker, "serveur": self._kill_postgres}

    def _kill_worker(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()
        self._worker = self._start("worker")

    def _kill_postgres(self) -> None:
        folder = self._directory / "pg"
        postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
        servers = [postmaster, *postmaster.children(recursive=True)]
        postmaster.kill()
        psutil.wait_procs(servers, timeout=30)
        self._postgres.stop()  # its guardian has nothing left to guard
        self._postgres = start_embedded(folder)

    def close(self) -> None:
        """Stop everything."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()
        super().close()


@contextmanager
def desk(*, tickets: int = 0) -> Iterator[Desk]:
    """Start a desk to be ill-treated, in a folder of its own, with `tickets` requests already."""
    with ExitStack() as stack:
        heard, receiver = stack.enter_context(smtp()), stack.enter_context(receiving())
        directory = Path(tempfile.mkdtemp(dir="/tmp"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        started = Desk(directory, heard=heard, receiver=receiver)
        stack.callback(started.close)
        started.wait()
        started.open(tickets=tickets)
        yield started


class Partner(Sender):
    """Leads one request, from its creation to an answer and a note."""

    def lead(self, number: int, keys: Sequence[str]) -> Accepted:
        """Create, let two advisors claim it at once, answer, annotate."""
        key = f"demande-{number}"
        body = {
            "besoin": needs()[number % len(needs())],
            "courriel": f"mairie.{number}@exemple.fr",
            "territoire_code": "32013",
        }
        created = self._post("", keys[0], body, key=key, wanted=(201,))
        path = f"/{created['reference']}"
        rivals = [keys[number % len(keys)], keys[(number + 1) % len(keys)]]
        racing = [
            threading.Thread(target=self._post, args=(f"{path}/claim", each, None))
            for each in rivals
        ]
        for each in racing:
            each.start()
        for each in racing:
            each.join()
        said = {"body": f"Réponse {number}", "visibility": "public"}
        kept = {"body": f"Note {number}", "visibility": "internal"}
        answer = self._post(f"{path}/messages", rivals[0], said, key=f"r{number}", wanted=(201,))
        note = self._post(f"{path}/messages", rivals[1], kept, key=f"n{number}", wanted=(201,))
        return Accepted(key, created["reference"], answer["id"], note["id"])

    def _post(
        self,
        path: str,
        bearer: str,
        body: dict[str, str] | None,
        *,
        key: str = "",
        wanted: Sequence[int] = (200, 409),
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {bearer}"} | ({"Idempotency-Key": key} if key else {})
        return self.until_answered(
            lambda: self.client.post(f"/api/v1/tickets{path}", json=body, headers=headers),
            wanted=wanted,
        )


def torment(
    service: Desk, *, requests: int, parts: Sequence[str], at_once: int
) -> tuple[DeskTally, list[Accepted]]:
    """Lead the requests, `at_once` together; the kills of `parts` are spread over them."""
    tally, lock = DeskTally(), threading.Lock()

    def lead(number: int) -> Accepted:
        with httpx2.Client(base_url=service.url, timeout=40) as client:
            return Partner(client, tally, lock).lead(number, service.keys)

    tasks = [partial(lead, number) for number in range(requests)]
    accepted = under_fire(service, tally, tasks, parts=parts, at_once=at_once)
    start = time.monotonic()
    while _waiting(service) and time.monotonic() - start < _DRAINED_SECONDS:
        time.sleep(0.5)
    tally.drained_in = time.monotonic() - start
    return tally, accepted


def _waiting(service: Desk) -> int:
    query = "SELECT count(*) FROM job WHERE kind = ANY(%s)"
    return int(_rows(service, query, list(_OPEN_JOBS))[0][0])


def _rows(service: Desk, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(service.database_url) as connection:
        return connection.execute(query, values).fetchall()


def former_rows(service: Desk) -> dict[str, int]:
    """Count what was there before the first request, by table."""
    counts = {
        "ticket": "SELECT count(*) FROM ticket WHERE id <= %s",
        "ticket_message": "SELECT count(*) FROM ticket_message WHERE ticket_id <= %s",
        "ticket_event": "SELECT count(*) FROM ticket_event WHERE ticket_id <= %s",
        "conversation_item": "SELECT count(*) FROM conversation_item i JOIN ticket t"
        " ON t.conversation_id = i.conversation_id WHERE t.id <= %s",
    }
    return {
        name: int(_rows(service, query, service.former)[0][0]) for name, query in counts.items()
    }


def compare(service: Desk, tally: DeskTally, accepted: Sequence[Accepted]) -> None:
    """Compare what was accepted with the database, the mail server and the receiver."""
    _compare_requests(service, tally, accepted)
    _compare_mails(service, tally, {each.answer for each in accepted})
    _compare_webhooks(service, tally, len(accepted) * _TOLD_PER_REQUEST)
    beside = former_rows(service)
    tally.expect(beside == service.beside, f"ce qui était là avant : {beside}")
    tally.expect(not _waiting(service), f"travaux jamais faits : {_waiting(service)}")


def _compare_requests(service: Desk, tally: DeskTally, accepted: Sequence[Accepted]) -> None:
    kept = {
        (key.rpartition(":")[2], reference)
        for key, reference in _rows(
            service, "SELECT idempotency_key, reference FROM ticket WHERE id > %s", service.former
        )
    }
    tally.expect(kept == {(each.key, each.reference) for each in accepted}, "demandes")
    count = _rows(service, "SELECT count(*) FROM ticket WHERE id > %s", service.former)[0][0]
    tally.expect(count == len(accepted), f"demandes gardées : {count}")
    kept_messages = "SELECT id FROM ticket_message WHERE ticket_id > %s"
    messages = {row[0] for row in _rows(service, kept_messages, service.former)}
    told = {each.answer for each in accepted} | {each.note for each in accepted}
    tally.expect(messages == told, f"messages gardés : {len(messages)} pour {len(told)}")
    for kind, wanted in (("created", 1), ("claimed", 1), ("message", 2)):
        rows = _rows(
            service,
            "SELECT ticket_id FROM ticket_event WHERE kind = %s AND ticket_id > %s"
            " GROUP BY 1 HAVING count(*) = %s",
            kind,
            service.former,
            wanted,
        )
        tally.expect(len(rows) == len(accepted), f"événements « {kind} » : {len(rows)} demandes")
    reminders = _rows(
        service,
        "SELECT count(*), count(DISTINCT payload->>'ticket') FROM job WHERE kind = 'ticket.remind'",
    )[0]
    tally.expect(reminders == (len(accepted),) * 2, f"relances écrites : {reminders}")


def _compare_mails(service: Desk, tally: DeskTally, answers: set[str]) -> None:
    rows = _rows(service, "SELECT message_id, status, id FROM mail WHERE message_id IS NOT NULL")
    tally.expect(sorted(answers) == sorted(row[0] for row in rows), f"courriels : {len(rows)}")
    unsent = [row[1] for row in rows if row[1] != "envoye"]
    tally.expect(not unsent, f"courriels non partis : {Counter(unsent)}")
    taken = service.heard.mails
    tally.expect(set(taken) == {f"<{row[2]}@exemple.fr>" for row in rows}, "courriels reçus")
    tally.mails_again = taken.total() - len(taken)


def _compare_webhooks(service: Desk, tally: DeskTally, wanted: int) -> None:
    rows = _rows(service, "SELECT event_id, status FROM webhook_delivery")
    tally.expect(len(rows) == len({row[0] for row in rows}) == wanted, f"envois : {len(rows)}")
    tally.expect({row[1] for row in rows} == {"remis"}, "envois non remis")
    heard = Counter(service.receiver.ids())
    tally.expect(set(heard) == {row[0] for row in rows}, f"envois reçus : {len(heard)}")
    bodies = {(each.headers["webhook-id"], each.event["id"]) for each in service.receiver.received}
    tally.expect(all(one == other for one, other in bodies), "identifiants d’envoi différents")
    tally.webhooks_again = heard.total() - len(heard)


def show(tally: DeskTally, accepted: int, seconds: float) -> None:
    """Print the figures."""
    killed = ", ".join(f"{_NAMES[part]} {count}" for part, count in sorted(tally.kills.items()))
    lines = (
        f"arrêts brutaux : {tally.kills.total()} ({killed}) en {seconds:.0f} s",
        f"demandes acceptées, prises, répondues et annotées : {accepted}",
        f"refus clairs, puis renvoyés : {tally.refused} ; connexions coupées : {tally.cut}",
        f"plus longue attente d’une réponse, renvois compris : {tally.longest_wait:.1f} s",
        f"courriels et envois tous partis {tally.drained_in:.1f} s après la dernière demande",
        f"reçus deux fois sous le même identifiant : courriels {tally.mails_again},"
        f" envois {tally.webhooks_again}",
        f"perdu, doublé ou jamais parti : {len(tally.wrong)}",
        *tally.wrong,
        f"réponses ni claires ni utiles : {len(tally.unclear)}",
        *sorted(set(tally.unclear))[:5],
    )
    print("\n".join(lines))  # noqa: T201 - a benchmark prints


def main() -> None:
    """Torment, compare, print; exit with 1 when anything was lost, doubled or unclear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=6)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--tickets", type=int, default=0, help="requests already there")
    options = parser.parse_args()
    draw = random.Random(options.seed)  # noqa: S311 - a draw, not a secret
    parts = draw.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=options.kills)
    start = time.monotonic()
    with desk(tickets=options.tickets) as service:
        tally, accepted = torment(
            service, requests=options.requests, parts=parts, at_once=options.at_once
        )
        compare(service, tally, accepted)
    show(tally, len(accepted), time.monotonic() - start)
    raise SystemExit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
