"""The queue when it is long: counted no further than needed, read in order whatever is asked."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from api.database import connect
from api.tickets.models import Ticket
from api.tickets.queue import COUNTED, QueueRepository, View
from api.tickets.repository import TicketFilter
from bench.demandes import fill

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
REQUESTS = 2 * COUNTED + 10


async def test_a_long_queue_is_counted_up_to_a_thousand_and_read_in_order(
    database_url: str,
) -> None:
    fill(database_url, requests=REQUESTS, messages=REQUESTS)
    database = connect(database_url)
    async with database.sessions.begin() as session:
        queue = QueueRepository(session)
        counts = await queue.counts(NOW)
        running = Ticket.status.in_(("nouveau", "en_cours")) & Ticket.team.is_(None)
        common = await session.scalar(select(func.count()).select_from(Ticket).where(running))
        waiting = await queue.page(View.WAITING, TicketFilter(), limit=5, now=NOW)
        done = await queue.page(View.DONE, TicketFilter(q="ré le ?"), limit=50, now=NOW)
    await database.close()
    fifth = REQUESTS // 5
    assert common
    assert counts == {
        View.RUNNING: 2 * fifth,
        View.LATE: 2 * fifth,
        View.COMMON: common,
        View.WAITING: fifth,
        View.CITED: 0,
        View.DONE: 2 * fifth,
        View.ALL: COUNTED + 1,
    }
    assert waiting.total == fifth
    assert [each.status for each in waiting.tickets] == ["en_attente_elu"] * 5
    assert {each.status for each in done.tickets} <= {"resolu", "clos"}
    assert done.tickets
    assert all(" re" in each.search_text and " le" in each.search_text for each in done.tickets)
    newest_first = sorted((each.created_at for each in done.tickets), reverse=True)
    assert [each.created_at for each in done.tickets] == newest_first
