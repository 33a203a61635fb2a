"""The clock of a ticket, on a real database, with a time that the tests set."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from api.database import connect
from api.jobs.worker import Worker
from api.tickets.aiguillage import Aiguillage
from api.tickets.clock import is_overdue, load_delais
from api.tickets.desk import TicketDesk
from api.tickets.models import Ticket
from api.tickets.reminders import REMIND, Remind
from api.tickets.repository import TicketFilter
from api.tickets.routing import load_aiguillage
from api.tickets.service import TicketService
from assistant.business_days import (
    add_working_days,
    add_working_time,
    promised_date,
    working_time_between,
)
from assistant.ports import Demande
from tests.api.receiver import wait_for
from tests.api.test_routing import TABLE

PARIS = ZoneInfo("Europe/Paris")
DEMANDE = Demande(besoin="Comment relancer notre conseil citoyen ?", courriel="elu@exemple.fr")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=PARIS)


def paris(day: int, hour: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 24), 3, date(2026, 11, 27)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 10), 1, date(2026, 11, 12)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
        (date(2027, 3, 26), 1, date(2027, 3, 30)),
    ],
)
def test_working_days_skip_week_ends_and_holidays(start: date, days: int, end: date) -> None:
    assert add_working_days(start, days) == end


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (paris(24, 10), 2, paris(24, 12)),
        (paris(24, 17), 2, paris(25, 10)),
        (paris(24, 5), 1, paris(24, 10)),
        (paris(27, 17), 2, paris(30, 10)),
        (paris(28, 12), 1, paris(30, 10)),
        (paris(10, 17), 10, paris(12, 18)),
    ],
)
def test_working_hours_are_added_and_measured(start: datetime, hours: int, end: datetime) -> None:
    assert add_working_time(start, timedelta(hours=hours)) == end
    assert working_time_between(start, end) == timedelta(hours=hours)


def test_the_hour_change_neither_gives_nor_takes_time() -> None:
    friday, monday = paris(23, 17, month=10), paris(26, 10, month=10)
    assert working_time_between(friday, monday) == timedelta(hours=2)


def test_the_day_promised_is_counted_in_paris() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # already Wednesday there
    assert promised_date(late) == date(2026, 11, 30)


class Desk:
    """A ticket on a real database, at a time that moves when told."""

    def __init__(self, database_url: str) -> None:
        self.now = TUESDAY
        self.reference = ""
        self.url = database_url

    async def run(self, act: Callable[[Any], Awaitable[Any]]) -> Any:
        database = connect(self.url)
        async with database.sessions.begin() as session:
            result = await act(session)
        await database.close()
        return result

    async def open(self, demande: Demande = DEMANDE) -> Ticket:
        async def create(session: Any) -> Ticket:
            return await TicketService(session, now=lambda: self.now).create(demande)

        ticket: Ticket = await self.run(create)
        self.reference = ticket.reference
        return ticket

    async def move(self, status: str) -> Ticket:
        async def change(session: Any) -> Ticket:
            ticket = await TicketService(session).get(self.reference, lock=True)
            assert ticket is not None
            desk = TicketDesk(session, now=lambda: self.now)
            changes = {"status": status}
            return await desk.change(ticket, changes, actor="a", version=ticket.version)

        ticket: Ticket = await self.run(change)
        return ticket

    async def answer(self) -> None:
        async def write(session: Any) -> None:
            ticket = await TicketService(session).get(self.reference, lock=True)
            assert ticket is not None
            desk = TicketDesk(session, now=lambda: self.now)
            await desk.write(ticket, body="Bonjour", visibility="public", actor="a")

        await self.run(write)

    async def late(self) -> bool:
        """What the queue says, and the ticket says the same."""

        async def read(session: Any) -> tuple[bool, bool]:
            service = TicketService(session, now=lambda: self.now)
            found, _ = await service.page(TicketFilter(overdue=True), cursor=None, limit=10)
            ticket = await service.get(self.reference)
            assert ticket is not None
            return bool(found), is_overdue(ticket, self.now)

        listed, told = await self.run(read)
        assert listed == told
        return bool(listed)


@pytest.fixture
def desk(database_url: str) -> Desk:
    return Desk(database_url)


async def test_a_request_is_due_at_closing_time_of_the_day_promised(desk: Desk) -> None:
    ticket = await desk.open()
    assert ticket.expected_reply_by == date(2026, 11, 27)
    assert ticket.first_reply_due_at == paris(27, 18)
    desk.now = paris(27, 17)
    assert not await desk.late()
    desk.now = paris(27, 19)
    assert await desk.late()
    await desk.answer()
    assert not await desk.late()
    desk.now = paris(16, 10, month=12)
    assert await desk.late()  # answered, but not resolved in fifteen working days


async def test_waiting_for_the_elu_stops_the_clock(desk: Desk) -> None:
    await desk.open()
    await desk.move("en_cours")
    desk.now = paris(25, 12)
    await desk.move("en_attente_elu")
    desk.now = paris(30, 12)
    assert not await desk.late()
    ticket = await desk.move("en_cours")
    assert ticket.first_reply_due_at == paris(2, 18, month=12)  # three working days given back
    assert ticket.expected_reply_by == date(2026, 12, 2)
    assert ticket.waiting_since is None
    desk.now = paris(2, 19, month=12)
    assert await desk.late()


async def test_a_reopened_ticket_has_a_new_term(desk: Desk) -> None:
    await desk.open()
    await desk.answer()
    for status in ("en_cours", "resolu", "clos"):
        await desk.move(status)
    desk.now = paris(14, 10, month=12)
    ticket = await desk.move("en_cours")
    assert ticket.resolution_due_at == datetime(2027, 1, 6, 18, tzinfo=PARIS)


def history(database_url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT changes->>'to', (changes->>'working_days')::int FROM ticket_event"
            " WHERE kind = 'reminder' ORDER BY id"
        ).fetchall()


def recipients(database_url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT kind, recipient FROM mail ORDER BY created_at, id"
        ).fetchall()


async def climb(desk: Desk, database_url: str, table: Aiguillage) -> None:
    """Let the time that the desk shows pass for the worker too."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE job SET run_at = now() WHERE kind = %s", (REMIND,))
    before = jobs(database_url)
    worker = Worker(database_url, {REMIND: Remind(table, now=lambda: desk.now)})
    worker.start()
    await asyncio.to_thread(wait_for, lambda: jobs(database_url) != before)
    await worker.stop()


def jobs(database_url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT payload, run_at FROM job WHERE kind = %s", (REMIND,)
        ).fetchall()


async def test_the_ladder_reminds_the_team_the_responsable_then_the_elu(
    desk: Desk, database_url: str, tmp_path: Path
) -> None:
    table = load_with_addresses(tmp_path)
    await desk.open()
    for moment in (paris(27, 19), paris(1, 19, 12), paris(2, 19, 12), paris(3, 19, 12)):
        desk.now = moment
        await climb(desk, database_url, table)
    assert history(database_url) == [(each.a, each.jours) for each in load_delais().rappels]
    assert recipients(database_url) == [
        ("rappel_conseiller", "cellule@exemple.fr"),
        ("rappel_conseiller", "cellule@exemple.fr"),
        ("rappel_responsable", "chef@exemple.fr"),
        ("retard_elu", "elu@exemple.fr"),
    ]
    assert jobs(database_url) == []


def load_with_addresses(tmp_path: Path) -> Aiguillage:
    file = tmp_path / "aiguillage.yml"
    file.write_text(TABLE, encoding="utf-8")
    return load_aiguillage(file)


async def test_an_answer_ends_the_ladder(desk: Desk, database_url: str) -> None:
    await desk.open()
    await desk.answer()
    desk.now = paris(27, 19)
    await climb(desk, database_url, load_aiguillage())
    assert history(database_url) == []
    assert jobs(database_url) == []


async def test_nobody_is_reminded_while_the_elu_is_waited_for(
    desk: Desk, database_url: str
) -> None:
    await desk.open()
    await desk.move("en_cours")
    await desk.move("en_attente_elu")
    desk.now = paris(27, 19)
    await climb(desk, database_url, load_aiguillage())
    assert history(database_url) == []
    assert jobs(database_url)[0][1] == paris(30, 18)
    desk.now = paris(30, 17)
    await desk.move("en_cours")
    await climb(desk, database_url, load_aiguillage())
    assert history(database_url) == []
    assert jobs(database_url)[0][1] > paris(1, 12, month=12)
