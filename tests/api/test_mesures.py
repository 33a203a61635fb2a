"""What the figures count: not what waits for the élu, no window without a word, no unsaid place."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from api.carte.repository import CarteRepository
from api.database import Database, connect
from api.statistiques.delais import DelaysRepository
from api.statistiques.gardes import MANY, Garde, Gardes
from api.statistiques.impact import Part
from api.statistiques.lignes import count_all
from api.statistiques.mesures import measure
from api.statistiques.repository import PLACES, FiguresRepository, Period
from api.tickets.rapprochement import Rapprochement
from api.tickets.repository import TicketRepository
from api.tickets.service import TicketService
from assistant.ports import Demande

NOW = datetime.now(UTC)
ALL = Period(NOW - timedelta(days=400), NOW + timedelta(days=1))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


async def make(database: Database, besoin: str, code: str | None = None) -> str:
    """An élu asks something, of a commune of the Gers or without saying where."""
    place = {"type": "commune", "code": code, "nom": "Auch", "departement": "32"} if code else None
    demande = Demande(besoin=besoin, courriel="mairie@exemple.fr", territoire=place)
    async with database.sessions.begin() as session:
        return (await TicketService(session).create(demande)).reference


def change(database: Database, statement: str, *values: object) -> None:
    with psycopg.connect(database.url) as connection:
        assert connection.execute(statement, values).rowcount


async def test_what_waits_for_the_elu_is_not_late(database: Database) -> None:
    waiting = await make(database, "Quel règlement pour notre conseil des jeunes ?")
    late = await make(database, "Comment tirer au sort un panel citoyen ?")
    change(database, "UPDATE ticket SET first_reply_due_at = now() - interval '2 days'")
    change(database, "UPDATE ticket SET status = 'en_attente_elu' WHERE reference = %s", waiting)
    async with database.sessions() as session:
        delay = (await DelaysRepository(session, ALL, now=NOW).whole()).reponse
        assert (delay.a_temps, delay.jugees) == (0, 1)
        assert (await FiguresRepository(session, ALL).whole(NOW)).en_retard == 1
    change(database, "UPDATE ticket SET first_reply_at = now() WHERE reference = %s", late)
    async with database.sessions() as session:
        assert (await FiguresRepository(session, ALL).whole(NOW)).en_retard == 1


async def test_a_place_that_was_not_said_is_none(database: Database) -> None:
    for _ in range(2):
        await make(database, "Peut-on réunir un conseil de quartier dans l’école ?")
    await make(database, "Qui convoque le conseil citoyen ?", "32013")
    async with database.sessions() as session:
        assert (await measure(session, ALL, now=NOW)).collectivites == 1
        assert await FiguresRepository(session, ALL).places() == ["commune:32013"]
        lines = await CarteRepository(session).by_departement(ALL, theme=None)
    assert {each.code: each.collectivites for each in lines} == {None: 0, "32": 1}


async def test_a_window_without_a_word_is_no_conversation(database: Database) -> None:
    for name, authors in (("muette", ["assistant"]), ("dite", ["elu", "assistant"])):
        change(
            database,
            "INSERT INTO conversation (id, token_hash, greeting, memory, tour, last_seq)"
            " VALUES (%s, '', '[]', '{}', 0, 2)",
            name,
        )
        for seq, author in enumerate(authors):
            change(
                database,
                "INSERT INTO conversation_item (id, conversation_id, seq, author, text)"
                " VALUES (%s, %s, %s, %s, 'Bonjour, qui aide à monter un budget participatif ?')",
                f"{name}{seq}",
                name,
                seq,
                author,
            )
    async with database.sessions() as session:
        told = await measure(session, ALL, now=NOW)
    assert (told.conversations, told.sans_conseiller) == (1, Part(1, 1))


async def test_an_undone_merge_does_not_move_the_end_of_a_request(database: Database) -> None:
    done = await make(database, "Qui entretient le lavoir ?")
    other = await make(database, "Et le lavoir du haut ?")
    change(
        database,
        "INSERT INTO ticket_event (ticket_id, kind, actor, changes)"
        " SELECT id, 'changed', 'Claire', '{\"status\": [\"en_cours\", \"resolu\"]}' FROM ticket"
        " WHERE reference = %s",
        done,
    )
    change(database, "UPDATE ticket SET status = 'resolu' WHERE reference = %s", done)
    change(database, "UPDATE ticket SET created_at = created_at - interval '10 days'")
    change(database, "UPDATE ticket_event SET created_at = created_at - interval '6 days'")
    for undo in (False, True):
        async with database.sessions.begin() as session:
            tickets = TicketRepository(session)
            ticket = await tickets.by_reference(other, lock=True)
            into = await tickets.by_reference(done, lock=True)
            assert ticket is not None
            assert into is not None
            act = Rapprochement(session)
            gesture = act.unmerge if undo else act.merge
            await gesture(ticket, into, actor="Claire", version=ticket.version)
    with psycopg.connect(database.url) as connection:
        released = connection.execute(
            "SELECT changes->'status' FROM ticket_event WHERE kind = 'released'"
        ).fetchall()
    assert released == [(["en_cours", "resolu"],)]
    async with database.sessions() as session:
        delay = (await DelaysRepository(session, ALL, now=NOW).whole()).resolution
    assert (delay.connus, delay.mediane) == (1, 4.0)


async def test_the_figures_of_many_requests_are_kept_ten_minutes() -> None:
    counted = {"peu": MANY - 1, "beaucoup": MANY}
    calls: list[str] = []
    kept: Gardes[int] = Gardes()

    async def read(name: str, minutes: float) -> Garde[int]:
        async def count() -> tuple[int, int]:
            calls.append(name)
            return len(calls), counted[name]

        return await kept.get(name, NOW + timedelta(minutes=minutes), count)

    assert [(await read("peu", each)).at for each in (0, 1)] == [None, None]
    assert calls == ["peu", "peu"]
    first = await read("beaucoup", 0)
    assert await read("beaucoup", 9.9) is first
    assert first.at == NOW
    assert (await read("beaucoup", 10)).figures == 4


async def test_one_reading_tells_the_same_as_one_table_after_the_other(
    database: Database,
) -> None:
    for code in ("32013", "32013", None):
        await make(database, "Qui finance le jardin partagé ?", code)
    groups = {"regions": {"commune:32013": "76"}, "tailles": {"commune:32013": "de_500_a_1999"}}
    async with database.sessions() as session:
        figures = FiguresRepository(session, ALL)
        whole, tables = await count_all(session, ALL, groups, now=NOW)
        assert whole == await figures.whole(NOW)
        for each in ("mois", "themes", "routes", "departements", "delais"):
            assert tables[each] == await figures.by(each), each
    told = {name: [(each.nom, each.demandes) for each in tables[name]] for name in PLACES}
    assert told == {
        "regions": [("76", 2), (None, 1)],
        "epci": [(None, 3)],
        "tailles": [("de_500_a_1999", 2), (None, 1)],
    }
