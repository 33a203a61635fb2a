"""What the gap board keeps of the conversations, and how its groups live, on a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy.exc import NoResultFound

from api.database import Database, connect
from api.lacunes.board import BoardFilter, BoardRepository
from api.lacunes.models import Lacune, LacuneGroupe
from api.lacunes.regroup import EVERY, Regroup
from nlu.encoder import shared_encoder
from tests.api.lacunes import add_turn, give_opinion

CATS = "Que faire contre les chats errants avec les associations ?"
STRAYS = "campagne de stérilisation des chats avec des bénévoles"
MONEY = "Une monnaie locale peut-elle être lancée par une commune ?"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


async def read(database: Database, *, at: datetime | None = None, limit: int = 100) -> datetime:
    """Do the job once; return when it is to be done again."""
    moment = at or datetime.now(UTC)
    async with database.sessions.begin() as session:
        again = await Regroup(shared_encoder, now=lambda: moment, limit=limit)(session, {})
    assert again is not None
    return again


async def gap(database: Database, item_id: str) -> Lacune:
    """A question of the board. Raises NoResultFound."""
    async with database.sessions() as session:
        return await session.get_one(Lacune, item_id)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "Que faire des chats errants ?\n\nCordialement,\nJean Dupont\nMaire de Montaud",
            "Que faire des chats errants ? Cordialement, [nom] Maire de Montaud",
        ),
        ("Écrivez-moi : maire.auch@exemple.fr", "Écrivez-moi : [courriel]"),
        ("Rappelez-moi au 06 39 98 12 34 pour les chats", "Rappelez-moi au [telephone] pour les"),
        ("claire essai ici, que faire des chats ?", "[contact] ici, que faire des chats ?"),
        ("que faire des chats, dites-le à claire essaie", "dites-le à claire essaie"),
    ],
)
async def test_what_names_someone_is_masked_before_it_is_kept(
    database: Database, said: str, kept: str
) -> None:
    contact = {"nom": "Claire Essai", "courriel": "claire.essai@exemple.fr"}
    question = (await _kept(database, said, contact)).question
    assert kept in question
    assert "\n" not in question


async def _kept(database: Database, said: str, contact: dict[str, str]) -> Lacune:
    item = add_turn(database.url, said, contact=contact)
    await read(database)
    return await gap(database, item)


async def test_a_question_says_why_where_and_about_what(database: Database) -> None:
    understood = {
        "themes": ["budget participatif"],
        "territoires": [
            {"type": "commune", "code": "60057", "nom": "Beauvais", "exemple": True},
            {"type": "commune", "code": "97411", "nom": "Saint-Denis", "exemple": False},
        ],
    }
    opinion = {
        "useful": False,
        "reason": "perime",
        "comment": "Périmé, appelez Madame Roux au 06 39 98 12 34",
    }
    item = add_turn(
        database.url, MONEY, outcome="answered", understanding=understood, opinion=opinion
    )
    satisfied = add_turn(database.url, CATS, outcome="answered")
    await read(database)
    found = await gap(database, item)
    assert (found.motif, found.raison, found.departement) == ("avis_negatif", "perime", "974")
    assert found.themes == ["budget participatif"]
    assert found.commentaire == "Périmé, appelez Madame [nom] au [telephone]"
    with pytest.raises(NoResultFound):
        await gap(database, satisfied)


async def test_an_opinion_that_changes_takes_the_question_off_the_board(
    database: Database,
) -> None:
    opinion = {"useful": False, "reason": "inexact"}
    item = add_turn(database.url, MONEY, outcome="answered", opinion=opinion)
    partial = add_turn(database.url, CATS, outcome="partial", opinion=opinion)
    await read(database)
    assert (await gap(database, partial)).motif == "avis_negatif"
    for each in (item, partial):
        give_opinion(database.url, each, useful=True)
    await read(database)
    assert (await gap(database, partial)).motif == "partielle"
    assert (await gap(database, partial)).raison is None
    with pytest.raises(NoResultFound):
        await gap(database, item)


async def test_groups_keep_their_number_and_state_when_questions_come_and_go(
    database: Database,
) -> None:
    cats, strays = add_turn(database.url, CATS), add_turn(database.url, STRAYS)
    money = add_turn(database.url, MONEY)
    await read(database)
    number = (await gap(database, cats)).groupe_id
    assert number == (await gap(database, strays)).groupe_id
    assert number != (await gap(database, money)).groupe_id
    async with database.sessions.begin() as session:
        await BoardRepository(session).change(number or 0, etat="en_cours", etat_par="Rose")
    again = add_turn(database.url, f"Bonjour. {CATS}")
    await read(database)
    assert (await gap(database, again)).groupe_id == number
    for item in (cats, again):
        _erase(database, item)
    await read(database)
    async with database.sessions() as session:
        group = await session.get_one(LacuneGroupe, number)
        labels = await BoardRepository(session).labels([number or 0])
    assert (group.etat, group.etat_par) == ("en_cours", "Rose")
    assert labels == {number: STRAYS}
    assert "errants" not in group.termes


def _erase(database: Database, item: str) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM conversation WHERE id ="
            " (SELECT conversation_id FROM conversation_item WHERE id = %s)",
            (item,),
        )


async def test_the_last_question_takes_its_group_away(database: Database) -> None:
    item = add_turn(database.url, MONEY)
    await read(database)
    number = (await gap(database, item)).groupe_id
    _erase(database, item)
    async with database.sessions() as session:
        assert await BoardRepository(session).labels([number or 0]) == {}
    await read(database)
    async with database.sessions() as session:
        assert await session.get(LacuneGroupe, number) is None


async def test_many_questions_are_read_a_few_at_a_time(database: Database) -> None:
    for text in (CATS, STRAYS, MONEY):
        add_turn(database.url, text)
    now = datetime.now(UTC)
    assert await read(database, at=now, limit=2) == now
    assert await _grouped(database) == 0
    assert await read(database, at=now, limit=2) == now + EVERY
    assert await _grouped(database) == 3


async def _grouped(database: Database) -> int:
    async with database.sessions() as session:
        return (await BoardRepository(session).page(BoardFilter(), offset=0, limit=10))[2]


async def test_each_filter_says_how_many_questions_each_choice_would_show(
    database: Database,
) -> None:
    march, april = datetime(2026, 3, 31, 22, 30, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)
    in_gers = {"territoires": [{"type": "departement", "code": "32"}], "themes": ["jeunesse"]}
    # 22:30 UTC is the 1st of April in Paris.
    add_turn(database.url, CATS, at=march, understanding=in_gers)
    add_turn(database.url, STRAYS, at=april)
    add_turn(database.url, MONEY, at=march - timedelta(days=2), outcome="partial")
    await read(database)
    async with database.sessions() as session:
        board = BoardRepository(session)
        everything = await board.shares(BoardFilter())
        in_april = BoardFilter(mois=datetime(2026, 4, 1, tzinfo=UTC).date(), theme="jeunesse")
        filtered = await board.shares(in_april)
        _, groups, questions = await board.page(in_april, offset=0, limit=10)
    assert everything == {
        "theme": {"jeunesse": 1},
        "region": {"32": 1},
        "departement": {"32": 1},
        "mois": {"2026-04": 2, "2026-03": 1},
        "motif": {"sans_reponse": 2, "partielle": 1},
    }
    assert (filtered["motif"], filtered["mois"]) == ({"sans_reponse": 1}, {"2026-04": 1})
    assert (groups, questions) == (1, 1)
