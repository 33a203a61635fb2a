"""The gap board at its full size: read, mask, group, then show its pages.

    python -m bench.lacunes                      50,000 questions
    python -m bench.lacunes --questions 5000

The questions are the training sentences that ask something, some of them far more often than
others, said again with a town, a greeting, a typo. Everything happens in a PostgreSQL thrown away
at the end. The reading by the encoder, once per question in its life, is told apart.
"""

import argparse
import asyncio
import hashlib
import json
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import Database, connect
from api.lacunes.board import BoardFilter, BoardRepository
from api.lacunes.collect import ASKING, collect
from api.lacunes.regroup import Regroup, regroup
from api.lacunes.repository import LacuneRepository
from api.postgres import start_embedded
from api.schema import migrate
from bench.demandes import copy_rows
from nlu.encoder import shared_encoder
from nlu.intents_examples import load_examples

_START = datetime(2025, 12, 1, 8, tzinfo=UTC)
_TOWNS = ("Auch", "Beauvais", "Montaud", "Saint-Denis", "Die", "Loos-en-Gohelle", "Langouët")
_DEPARTEMENTS = ("32", "60", "34", "974", "26", "62", "35")
_OUTCOMES = ("nothing_found", "partial", "handed_over", "out_of_scope")
_THEMES = ("budget participatif", "jeunesse", "urbanisme", "transition écologique", "mobilité")
_REPEAT = 20


def said(count: int, chance: random.Random) -> Iterator[str]:
    """Return that many questions: a few are asked very often, most seldom."""
    pool = sorted({each.text for each in load_examples() if each.intent in ASKING})
    chance.shuffle(pool)
    weights = [1 / (rank + 20) for rank in range(len(pool))]
    for text in chance.choices(pool, weights, k=count):
        draw = chance.random()
        if draw < 0.3:  # noqa: PLR2004 - a share
            yield f"{text.rstrip(' ?.!')} à {chance.choice(_TOWNS)} ?"
        elif draw < 0.5:  # noqa: PLR2004 - a share
            yield f"Bonjour, je suis élu à {chance.choice(_TOWNS)}. {text}"
        elif draw < 0.7:  # noqa: PLR2004 - a share
            place = chance.randrange(len(text))
            yield text[:place] + text[place + 1 :]
        else:
            yield text


def fill(url: str, questions: list[str], *, first: int = 0) -> None:
    """Write a conversation per question, with the turn that did not answer it."""
    numbers = range(first, first + len(questions))
    with psycopg.connect(url) as connection:
        copy_rows(connection, "conversation", (_conversation(number) for number in numbers))
        items = (
            item
            for number, text in zip(numbers, questions, strict=True)
            for item in _items(number, text)
        )
        copy_rows(connection, "conversation_item", items)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _asked_at(number: int) -> datetime:
    return _START + timedelta(minutes=10 * number)


def _conversation(number: int) -> dict[str, Any]:
    return {
        "id": f"c{number:07}",
        "token_hash": hashlib.sha256(str(number).encode()).digest(),
        "greeting": Jsonb([]),
        "memory": Jsonb({"territoire": {"type": "commune", "departement": _DEPARTEMENTS[0]}}),
        "last_seen_at": _asked_at(number),
        "tour": 1,
        "last_seq": 2,
    }


def _items(number: int, text: str) -> Iterator[dict[str, Any]]:
    place = {"type": "departement", "code": _DEPARTEMENTS[number % len(_DEPARTEMENTS)]}
    turn = {
        "outcome": _OUTCOMES[number % len(_OUTCOMES)],
        "understanding": {
            "intent": "chercher_experience",
            "themes": [_THEMES[number % len(_THEMES)]],
            "territoires": [place],
        },
        "messages": [{"type": "text", "text": "Je n’ai rien trouvé qui réponde. " * 8}],
    }
    common = {
        "conversation_id": f"c{number:07}",
        "created_at": _asked_at(number),
    }
    asked = {"id": f"q{number:07}", "seq": 1, "author": "elu", "text": text}
    said_back = {"id": f"a{number:07}", "seq": 2, "author": "assistant", "text": None}
    yield {**asked, "turn": None, "reply_to": None, **common}
    yield {**said_back, "turn": Jsonb(turn), "reply_to": f"q{number:07}", **common}


class Bench:
    """Times each step of the board's job and each query of its pages."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.figures: dict[str, Any] = {}

    @asynccontextmanager
    async def timed(self, name: str) -> AsyncIterator[AsyncSession]:
        """Give a session; note how long its work took, commit included."""
        start = time.perf_counter()
        async with self._database.sessions.begin() as session:
            yield session
        self.figures[name] = round(time.perf_counter() - start, 2)

    async def read_all(self) -> None:
        """Have every question read by the encoder, as the job does."""
        encoder, start = shared_encoder(), time.perf_counter()
        read = 0
        while True:
            async with self._database.sessions.begin() as session:
                done = await Regroup(lambda: encoder).read_some(session)
            read += done
            if not done:
                break
        self.figures["encoder_une_fois_s"] = round(time.perf_counter() - start, 1)
        self.figures["textes_encodes"] = read

    async def numbers_of_groups(self) -> dict[str, int | None]:
        """Return the group of each question."""
        async with self._database.sessions() as session:
            return {
                gap.item_id: gap.groupe_id for gap in await LacuneRepository(session).all_gaps()
            }

    async def query(self, name: str, ask: Callable[[BoardRepository], Awaitable[Any]]) -> None:
        """Note how many milliseconds a query of the pages takes: median of many."""
        times = []
        async with self._database.sessions() as session:
            for _ in range(_REPEAT):
                start = time.perf_counter()
                await ask(BoardRepository(session))
                times.append(1000 * (time.perf_counter() - start))
        self.figures[name] = round(statistics.median(times), 1)


async def measure(url: str, count: int) -> dict[str, Any]:
    """Fill the board, group it, group it again with a few more, show it; return the figures."""
    chance = random.Random(20261128)  # noqa: S311 - no secret
    questions = list(said(count + 50, chance))
    fill(url, questions[:count])
    database = connect(url)
    bench = Bench(database)
    try:
        await _group(bench, now=_asked_at(count))
        before = await bench.numbers_of_groups()
        bench.figures["groupes"] = len(set(before.values()))
        fill(url, questions[count:], first=count)
        await _group_again(bench, now=_asked_at(len(questions)))
        after = await bench.numbers_of_groups()
        moved = sum(after[each] != group for each, group in before.items())
        bench.figures["questions_qui_changent_de_groupe"] = moved
        await _show(bench, largest=max(set(after.values()), key=list(after.values()).count) or 0)
    finally:
        await database.close()
    bench.figures["mio_memoire"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return bench.figures


async def _group(bench: Bench, *, now: datetime) -> None:
    async with bench.timed("relever_et_masquer_s") as session:
        await collect(session, now=now)
    await bench.read_all()
    cpu = time.process_time()
    async with bench.timed("grouper_et_ranger_s") as session:
        await regroup(session)
    bench.figures["grouper_et_ranger_cpu_s"] = round(time.process_time() - cpu, 1)


async def _group_again(bench: Bench, *, now: datetime) -> None:
    async with bench.timed("relever_de_nouveau_s") as session:
        await collect(session, now=now)
    encoder = shared_encoder()
    async with bench.timed("regrouper_avec_50_de_plus_s") as session:
        await Regroup(lambda: encoder).read_some(session)
        await regroup(session)


async def _show(bench: Bench, *, largest: int) -> None:
    narrow = BoardFilter(departement="32", mois=date(2026, 3, 1), theme="jeunesse")
    for name, wanted in (("tout", BoardFilter()), ("trois_filtres", narrow)):
        await bench.query(f"page_{name}_ms", partial(_page, wanted=wanted))
        await bench.query(f"listes_{name}_ms", partial(BoardRepository.shares, wanted=wanted))
    await bench.query("page_du_plus_grand_sujet_ms", lambda board: board.numbers(largest))
    await bench.query(
        "questions_du_plus_grand_sujet_ms",
        lambda board: board.questions(largest, offset=0, limit=50),
    )


async def _page(board: BoardRepository, wanted: BoardFilter) -> None:
    rows, _, _ = await board.page(wanted, offset=0, limit=20)
    await board.labels([row[0].id for row in rows])


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=50_000)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="orientation-mesure-"))
    server = start_embedded(folder / "pg")
    try:
        migrate(server.url)
        figures = asyncio.run(measure(server.url, asked.questions))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
