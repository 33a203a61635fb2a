"""Old conversations and requests are erased, on a real database."""

import psycopg
import pytest

from api.database import connect
from api.retention import erase_old
from api.tickets.service import TicketService
from assistant.ports import Demande


@pytest.mark.parametrize(("months_ago", "kept"), [(11, 1), (13, 0)])
async def test_a_silent_conversation_is_erased_after_its_term(
    database_url: str, months_ago: int, kept: int
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversation (id, token_hash, greeting, memory, tour, last_seq,"
            " last_seen_at) VALUES ('a', '', '[]', '{}', 0, 0,"
            " now() - make_interval(days => %s))",
            (months_ago * 31,),
        )
        database = connect(database_url)
        await erase_old(database, months=12, erased="[effacé]")
        await database.close()
        left = connection.execute("SELECT count(*) FROM conversation").fetchone()
    assert left == (kept,)


async def test_an_old_request_keeps_its_case_without_its_person(database_url: str) -> None:
    database = connect(database_url)
    async with database.sessions.begin() as session:
        await TicketService(session).create(
            Demande(
                besoin="Comment relancer notre conseil citoyen ?",
                courriel="mairie@exemple.fr",
                themes=("conseil citoyen",),
            )
        )
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE ticket SET updated_at = now() - interval '4 years'")
        assert await erase_old(database, months=12, erased="[effacé]") == (0, 1)
        assert await erase_old(database, months=12, erased="[effacé]") == (0, 0)
        row = connection.execute("SELECT besoin, courriel, themes FROM ticket").fetchone()
    await database.close()
    assert row == ("[effacé]", None, ["conseil citoyen"])
