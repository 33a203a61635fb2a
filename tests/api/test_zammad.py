"""Tickets in Zammad: each carried once whatever fails, followed back to the élu.

The same port is tried over both desks; Zammad is a local server that keeps to its documentation.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from api.database import Database, connect
from api.doctor import examine
from api.jobs.repository import JobRepository
from api.postgres import EmbeddedPostgres
from api.settings import Settings
from api.tickets.desk import TicketDesk
from api.tickets.gateway import BuiltInTickets
from api.tickets.service import TicketService
from api.work import build_worker
from api.zammad.carry import CATCH_UP, SETTLE, Carry, CatchUp
from api.zammad.client import Article
from api.zammad.follow import Follow, steps
from api.zammad.gateway import ZammadTickets
from api.zammad.words import author_of
from assistant.ports import Demande, DemandeIncomplete, TicketGateway
from tests.api.receiver import wait_for
from tests.api.staff import add
from tests.api.test_pieces import PDF
from tests.api.zammad import GROUP, TOKEN, FakeZammad, zammad_running
from tests.conftest import ROOT, Chat, running_service

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DEMANDE = Demande(
    besoin="Comment relancer notre conseil citoyen ?",
    courriel="mairie@exemple.fr",
    territoire={"type": "commune", "code": "32013", "nom": "Auch", "departement": "32"},
    role="maire",
    population=22000,
    themes=("conseil citoyen",),
    route="conseiller",
)


@pytest.fixture
def zammad() -> Iterator[FakeZammad]:
    with zammad_running() as started:
        yield started


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversation (id, token_hash, greeting, memory, tour, last_seq)"
            " VALUES ('c', '', '[]', '{}', 0, 0)"
        )
    yield opened
    await opened.close()


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.url) as connection:
        return connection.execute(query).fetchall()


async def make(database: Database, demande: Demande = DEMANDE) -> str:
    """An élu sends a request from its conversation."""
    gateway = ZammadTickets(database.actions_sessions)
    await gateway.save_draft("c", demande)
    return (await gateway.send("c")).reference


async def carry(database: Database, zammad: FakeZammad, *, now: datetime = NOW) -> datetime | None:
    """Do the job of the ticket, as the worker does."""
    handler = Carry(zammad.server, public_url="https://o.exemple.fr", now=lambda: now)
    async with database.sessions.begin() as session:
        return await handler(session, {"ticket": 1})


async def follow(database: Database, zammad: FakeZammad) -> datetime | None:
    async with database.sessions.begin() as session:
        return await Follow(zammad.server)(session, {"ticket": 1})


@pytest.fixture
async def carried(database: Database, zammad: FakeZammad) -> str:
    reference = await make(database)
    await carry(database, zammad)
    return reference


@pytest.mark.parametrize("desk", [BuiltInTickets, ZammadTickets])
async def test_both_desks_keep_what_the_port_says(
    database: Database, desk: Callable[..., TicketGateway]
) -> None:
    tickets = desk(database.actions_sessions)
    assert await tickets.latest("c") is None
    with pytest.raises(DemandeIncomplete):
        await tickets.send("c")
    await tickets.save_draft("c", replace(DEMANDE, courriel=None))
    with pytest.raises(DemandeIncomplete):
        await tickets.send("c")
    await tickets.save_draft("c", DEMANDE)
    assert await tickets.draft("c") == DEMANDE
    sent = await tickets.send("c")
    assert sent.status == "nouveau"
    assert await tickets.send("c") == sent
    assert await tickets.latest("c") == await tickets.find(sent.reference) == sent
    assert await tickets.draft("c") is None
    await tickets.save_draft("c", DEMANDE)
    await tickets.discard_draft("c")
    assert await tickets.draft("c") is None
    assert await tickets.find("OR-2026-ZZZZZZ") is None


async def test_a_ticket_is_carried_once_with_all_that_is_known(
    database: Database, zammad: FakeZammad
) -> None:
    reference = await make(database)
    assert await carry(database, zammad) is None
    assert await carry(database, zammad) is None
    (ticket,) = zammad.tickets
    assert ticket["title"] == f"{reference} · Auch · conseil citoyen"
    assert ticket["customer_id"] == "guess:mairie@exemple.fr"
    (article,) = zammad.articles
    assert (article["sender"], article["internal"]) == ("Customer", False)
    for told in (
        DEMANDE.besoin,
        "Territoire\u00a0: Auch (32013)",
        "22\u202f000 habitants",
        "Fonction\u00a0: maire",
        "Un conseiller de la cellule",
        f"https://o.exemple.fr/console/demandes/{reference}",
    ):
        assert str(told) in article["body"]
    assert rows(database, "SELECT zammad_id, number, attempted_at FROM ticket_zammad") == [
        (1, "22001", None)
    ]


@pytest.mark.parametrize(
    ("users", "owner"),
    [
        ([{"id": 7, "email": "Nadia@exemple.fr", "active": True}], 7),
        ([{"id": 7, "email": "nadia@exemple.fr", "active": False}], 1),
        ([{"id": 8, "email": "nadia@exemple.fr.exemple.org", "active": True}], 1),
        ([{"id": 7, "email": "nadia@exemple.fr", "active": None, "roles": ["Agent"]}], 7),
        ([{"id": 6, "email": "nadia@exemple.fr", "active": True, "roles": ["Customer"]}], 1),
        (
            [
                {"id": 5, "email": None, "login": "nadia", "active": None},
                {"id": 6, "email": "nadia@exemple.fr", "active": True, "roles": ["Customer"]},
                {"id": 7, "email": "nadia@exemple.fr", "roles": ["Customer", "Agent"]},
            ],
            7,
        ),
        ([], 1),
    ],
)
async def test_a_ticket_given_to_an_advisor_here_is_theirs_in_zammad(
    database: Database, zammad: FakeZammad, users: list[dict[str, Any]], owner: int
) -> None:
    zammad.users = users
    await give_to_nadia(database)
    await carry(database, zammad)
    (made,) = zammad.tickets
    assert made["owner_id"] == owner


async def give_to_nadia(database: Database) -> None:
    """A request of an advisor whose address is `nadia@exemple.fr`."""
    add(database.url.replace("+psycopg", ""), "Nadia", "cellule")
    reference = await make(database)
    async with database.sessions.begin() as session:
        ticket = await TicketService(session).get(reference, lock=True)
        assert ticket is not None
        ticket.assignee = "Nadia"


async def test_a_ticket_whose_owner_is_refused_is_carried_without_one(
    database: Database, zammad: FakeZammad
) -> None:
    zammad.users = [{"id": 7, "email": "nadia@exemple.fr", "active": True, "roles": ["Agent"]}]
    zammad.strangers = {7}
    await give_to_nadia(database)
    assert await carry(database, zammad) is None
    (made,) = zammad.tickets
    assert made["owner_id"] == 1
    # A refusal that is not the owner's is still one.
    zammad.tickets.clear()
    zammad.failures = [403, 403]
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("DELETE FROM ticket_zammad")
    again = await carry(database, zammad)
    assert again is not None
    assert zammad.tickets == []


async def test_without_an_address_the_ticket_is_in_the_name_of_the_service(
    database: Database, zammad: FakeZammad
) -> None:
    await make(database, replace(DEMANDE, courriel=None, telephone="05 62 61 66 00"))
    await carry(database, zammad)
    assert zammad.tickets[0]["customer_id"] == 3
    assert "Téléphone\u00a0: 05 62 61 66 00" in zammad.articles[0]["body"]


async def test_an_answer_that_never_came_doubles_nothing(
    database: Database, zammad: FakeZammad
) -> None:
    zammad.lag, zammad.failures = True, ["lost"]
    await make(database)
    assert await carry(database, zammad) == NOW + timedelta(minutes=1)
    assert len(zammad.tickets) == 1
    asked = len(zammad.requests)
    # Before the search can know the ticket, nothing is even asked.
    assert await carry(database, zammad, now=NOW + timedelta(minutes=1)) == NOW + SETTLE
    assert len(zammad.requests) == asked
    zammad.index()
    assert await carry(database, zammad, now=NOW + SETTLE) is None
    assert len(zammad.tickets) == 1
    assert rows(database, "SELECT zammad_id FROM ticket_zammad") == [(1,)]


@pytest.mark.parametrize("failure", [500, 503, "cut"])
async def test_a_creation_that_failed_is_asked_again(
    database: Database, zammad: FakeZammad, failure: int | str
) -> None:
    zammad.failures = [failure]
    await make(database)
    assert await carry(database, zammad) == NOW + timedelta(minutes=1)
    assert await carry(database, zammad, now=NOW + SETTLE) is None
    assert len(zammad.tickets) == 1


@pytest.mark.parametrize(("status", "minutes"), [(422, 15), (403, 15), (429, 1)])
async def test_what_was_refused_is_asked_again_at_once_when_it_is_time(
    database: Database, zammad: FakeZammad, status: int, minutes: int
) -> None:
    zammad.failures = [status]
    await make(database)
    later = NOW + timedelta(minutes=minutes)
    assert await carry(database, zammad) == later
    assert await carry(database, zammad, now=later) is None


async def test_a_zammad_that_is_down_or_refuses_the_token_loses_nothing(
    database: Database, zammad: FakeZammad, caplog: pytest.LogCaptureFixture
) -> None:
    reference = await make(database)
    for server, minutes in (
        (replace(zammad.server, url="http://127.0.0.1:9"), 1),
        (replace(zammad.server, token="faux"), 15),
        (replace(zammad.server, url=zammad.server.url + "/ailleurs"), 15),
    ):
        handler = Carry(server, public_url="", now=lambda: NOW)
        async with database.sessions.begin() as session:
            assert await handler(session, {"ticket": 1}) == NOW + timedelta(minutes=minutes)
    assert "conseil citoyen" not in caplog.text
    assert "mairie@" not in caplog.text
    assert await carry(database, zammad) is None
    assert reference in zammad.tickets[0]["title"]


async def test_a_group_that_is_not_there_is_a_refusal(
    database: Database, zammad: FakeZammad
) -> None:
    await make(database)
    handler = Carry(replace(zammad.server, group="Inconnu"), public_url="", now=lambda: NOW)
    async with database.sessions.begin() as session:
        assert await handler(session, {"ticket": 1}) == NOW + timedelta(minutes=15)


async def test_whatever_door_it_came_by_a_ticket_is_found_and_carried(
    database: Database, zammad: FakeZammad
) -> None:
    async with database.sessions.begin() as session:
        await TicketService(session).create(DEMANDE, origin="partenaire")
        await session.flush()
        await CatchUp()(session, {})
    kinds = "SELECT kind, payload FROM job WHERE kind LIKE 'zammad.%'"
    assert rows(database, kinds) == [("zammad.porter", {"ticket": 1})]
    await carry(database, zammad)
    async with database.sessions.begin() as session:
        await CatchUp()(session, {})
    assert ("zammad.suivre", {"ticket": 1}) in rows(database, kinds)
    assert len(rows(database, kinds)) == 2


async def test_the_advisors_answer_and_the_state_come_back_once(
    database: Database, zammad: FakeZammad, carried: str
) -> None:
    zammad.answer("Bonjour,<br>un conseil citoyen se relance <b>ainsi</b>.")
    zammad.answer("Note entre nous", internal=True)
    zammad.answer("Réponse automatique", sender="System")
    zammad.turn("closed")
    for _ in range(2):
        assert await follow(database, zammad) is not None
    assert rows(database, "SELECT author, body, visibility FROM ticket_message") == [
        ("Camille Martin", "Bonjour,\nun conseil citoyen se relance ainsi.", "public")
    ]
    assert rows(database, "SELECT kind, recipient FROM mail WHERE kind = 'reponse'") == [
        ("reponse", "mairie@exemple.fr")
    ]
    said = "SELECT author_name, text FROM conversation_item WHERE author = 'conseiller'"
    assert rows(database, said) == [
        ("Camille Martin", "Bonjour,\nun conseil citoyen se relance ainsi.")
    ]
    receipt = await ZammadTickets(database.actions_sessions).find(carried)
    assert receipt is not None
    assert receipt.status == "resolu"


async def test_a_reopened_ticket_is_reopened_here(
    database: Database, zammad: FakeZammad, carried: str
) -> None:
    for state, status in (
        ("open", "en_cours"),
        ("pending reminder", "en_attente_elu"),
        ("closed", "resolu"),
        ("open", "en_cours"),
    ):
        zammad.turn(state)
        await follow(database, zammad)
        assert rows(database, "SELECT status FROM ticket") == [(status,)]


async def test_an_answer_that_zammad_mailed_is_not_mailed_twice(
    database: Database, zammad: FakeZammad, carried: str
) -> None:
    zammad.answer("Jeudi vous convient-il ?", type="email", content_type="text/plain")
    await follow(database, zammad)
    assert rows(database, "SELECT body FROM ticket_message") == [("Jeudi vous convient-il ?",)]
    assert rows(database, "SELECT count(*) FROM mail WHERE kind = 'reponse'") == [(0,)]


async def test_joined_files_come_too_and_those_refused_are_named(
    database: Database, zammad: FakeZammad, carried: str
) -> None:
    zammad.files = {7: PDF, 8: b"MZ"}
    joined = [{"id": 7, "filename": "guide.pdf"}, {"id": 8, "filename": "outil.exe"}]
    zammad.answer("<br>", attachments=joined)
    await follow(database, zammad)
    ((body,),) = rows(database, "SELECT body FROM ticket_message")
    assert body.startswith("Un fichier est joint")
    assert "outil.exe" in body
    assert rows(database, "SELECT nom FROM ticket_piece") == [("guide.pdf",)]


async def test_what_the_elu_says_afterwards_goes_to_zammad_once(
    database: Database, zammad: FakeZammad, carried: str
) -> None:
    async with database.sessions.begin() as session:
        ticket = await TicketService(session).get(carried, lock=True)
        assert ticket is not None
        await TicketDesk(session).elu_answered(ticket, body="Jeudi nous convient.")
    zammad.failures = ["lost"]
    for _ in range(3):
        await follow(database, zammad)
    told = [each for each in zammad.articles if each["body"] == "Jeudi nous convient."]
    assert [each["sender"] for each in told] == ["Customer"]
    assert carried in told[0]["subject"]
    assert rows(database, "SELECT count(*) FROM ticket_message") == [(1,)]


async def test_an_answer_to_a_merged_request_joins_the_other_one(
    database: Database, zammad: FakeZammad, carried: str
) -> None:
    other = await make(database, replace(DEMANDE, besoin="Et pour le financer ?"))
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("UPDATE ticket SET merged_into = %s WHERE id = 1", (other,))
    zammad.answer("Jeudi vous convient-il ?")
    zammad.turn("closed")
    for _ in range(2):
        zammad.turn("closed")
        await follow(database, zammad)
    assert rows(database, "SELECT ticket_id, body FROM ticket_message") == [
        (2, "Jeudi vous convient-il ?")
    ]
    assert rows(database, "SELECT status FROM ticket ORDER BY id") == [("nouveau",)] * 2


async def test_a_ticket_that_zammad_erased_stays_here(
    database: Database, zammad: FakeZammad, carried: str
) -> None:
    zammad.tickets.clear()
    again = await follow(database, zammad)
    assert again is not None
    assert again > datetime.now(UTC) + timedelta(hours=23)
    assert rows(database, "SELECT status FROM ticket") == [("nouveau",)]


async def test_killed_while_creating_the_worker_doubles_nothing(
    database: Database, zammad: FakeZammad
) -> None:
    reference = await make(database)
    zammad.hang, zammad.lag = threading.Event(), True
    worker = await asyncio.to_thread(launch_worker, database.url, zammad)
    await asyncio.to_thread(wait_for, lambda: len(zammad.tickets) == 1, seconds=60)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    zammad.hang.set()
    ((attempted,),) = rows(database, "SELECT attempted_at FROM ticket_zammad")
    assert await carry(database, zammad, now=attempted) == attempted + SETTLE
    zammad.index()
    assert await carry(database, zammad, now=attempted + SETTLE) is None
    assert [each["title"][:14] for each in zammad.tickets] == [reference]


def launch_worker(database_url: str, zammad: FakeZammad) -> "subprocess.Popen[bytes]":
    """Start `orientation worker` in its own process."""
    return subprocess.Popen(
        [sys.executable, "-m", "api", "worker"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, **environment(zammad)},
    )


def environment(zammad: FakeZammad) -> dict[str, str]:
    """The settings of an operator."""
    return {
        "ORIENTATION_TICKETS": "zammad",
        "ORIENTATION_ZAMMAD_URL": f"{zammad.server.url}/",
        "ORIENTATION_ZAMMAD_TOKEN": TOKEN,
        "ORIENTATION_ZAMMAD_GROUP": GROUP,
    }


@pytest.mark.rasa
def test_the_elu_sees_no_difference_and_reads_the_advisor(
    postgres: EmbeddedPostgres, zammad: FakeZammad, tmp_path: Path
) -> None:
    with (
        running_service(postgres, tmp_path / "z", **environment(zammad)) as service,
        httpx2.Client(base_url=service.url, timeout=30) as client,
    ):
        chat = Chat.open(client)
        chat.say("Comment relancer notre conseil citoyen à Auch ?")
        sent = client.post(
            f"{chat.path}/handover",
            json={"courriel": "m@exemple.fr", "envoyer": True, "consentement": True},
            headers=chat.headers,
        ).json()
        assert sent["outcome"] == "handed_over"
        wait_for(lambda: len(zammad.tickets) == 1)
        assert sent["ticket"]["reference"] in zammad.tickets[0]["title"]
        zammad.answer("Un conseiller vous appelle jeudi.")
        hasten(service.database_url)

        def read() -> str:
            return client.get(chat.path, headers=chat.headers).text

        wait_for(lambda: "Un conseiller vous appelle jeudi." in read())
        assert read().count("Un conseiller vous appelle jeudi.") == 1


def hasten(database_url: str) -> None:
    """Let the minute between two rounds be over."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        wait_for(
            lambda: (
                connection.execute(
                    "UPDATE job SET run_at = now() WHERE kind = 'zammad.suivre' RETURNING id"
                ).fetchone()
                is not None
            )
        )
        connection.execute("SELECT pg_notify('jobs', '')")


@pytest.mark.parametrize(
    ("current", "wanted", "way"),
    [
        ("nouveau", "resolu", ("en_cours", "resolu")),
        ("nouveau", "en_attente_elu", ("en_cours", "en_attente_elu")),
        ("clos", "en_cours", ("en_cours",)),
        ("en_cours", "en_cours", ()),
    ],
)
def test_a_state_is_reached_through_those_that_are_allowed(
    current: str, wanted: str, way: tuple[str, ...]
) -> None:
    assert steps(current, wanted) == way


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Camille Martin <c@exemple.fr>", "Camille Martin"),
        ("Camille Martin", "Camille Martin"),
        ("c@exemple.fr", "Conseiller"),
        ("", "Conseiller"),
    ],
)
def test_an_advisor_is_named_without_an_address(told: str, name: str) -> None:
    article = Article(id=1, sender="Agent", type="note", internal=False, body="x", from_=told)
    assert author_of(article) == name


@pytest.mark.parametrize(
    ("changes", "ok", "remedy"),
    [
        ({}, True, ""),
        ({"zammad_token": "faux"}, False, "jeton"),
        ({"zammad_url": "http://127.0.0.1:9"}, False, "ne répond pas"),
    ],
)
async def test_the_doctor_asks_zammad(
    zammad: FakeZammad, changes: dict[str, str], ok: bool, remedy: str
) -> None:
    given = {"zammad_url": zammad.server.url, "zammad_token": TOKEN, "zammad_group": GROUP}
    settings = Settings(tickets="zammad", **{**given, **changes})  # type: ignore[arg-type]
    (told,) = [each for each in await examine(settings) if "Zammad" in each.name]
    assert told.ok is ok
    assert remedy in told.remedy


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"zammad_group": ""}, "ORIENTATION_ZAMMAD_GROUP"),
        ({"zammad_token": ""}, "ORIENTATION_ZAMMAD_TOKEN"),
        ({"zammad_url": "http://zammad.exemple.fr"}, "https"),
    ],
)
def test_a_half_set_zammad_is_refused(changes: dict[str, str], sentence: str) -> None:
    given = {"zammad_url": "https://z.exemple.fr", "zammad_token": "t", "zammad_group": "g"}
    with pytest.raises(ValueError, match=sentence):
        Settings(tickets="zammad", **{**given, **changes})  # type: ignore[arg-type]


async def test_without_zammad_nobody_takes_its_jobs(database: Database) -> None:
    async with database.sessions.begin() as session:
        await JobRepository(session).add(CATCH_UP, {}, dedupe=CATCH_UP)
    assert CATCH_UP not in build_worker(Settings(), database.url)._handlers
