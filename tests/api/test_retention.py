"""What was promised about duration is done, counted first if asked, on a real database."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from api.database import Database, connect
from api.jobs.worker import Worker
from api.retention import RETAIN, Retain, erase_old, rehearse, schedule_retention
from api.settings import Settings
from api.tickets.service import TicketService
from api.vie_privee.conservation import (
    DEFAULT_FILE,
    SERVICE,
    ConservationInvalide,
    conservation_of,
    default_conservation,
)
from api.vie_privee.echeances import ECHEANCES
from assistant.ports import Demande

KEPT = default_conservation()
ERASED = "[effacé]"
COURRIEL = "mairie.montaud@exemple.fr"
_OF_ACCES = '\n    depart: "l’accès"'


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = connect(database_url)
    yield opened
    await opened.close()


async def erase(database: Database, data_dir: Path | None = None) -> dict[str, int]:
    async with database.sessions.begin() as session:
        return await erase_old(session, KEPT, erased=ERASED, data_dir=data_dir)


def run(database: Database, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.url, autocommit=True) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def add_conversation(database: Database, name: str, *, days: int) -> None:
    run(
        database,
        "INSERT INTO conversation (id, token_hash, greeting, memory, tour, last_seq, last_seen_at)"
        " VALUES (%s, '', '[]', '{}', 0, 0, now() - make_interval(days => %s))",
        name,
        days,
    )


async def add_ticket(database: Database, *, days: int, status: str) -> str:
    async with database.sessions.begin() as session:
        ticket = await TicketService(session).create(
            Demande(
                besoin="Relancer le conseil citoyen. Rappelez Jeanne Roux au 06 39 98 12 34.",
                nom="Jeanne Roux",
                courriel=COURRIEL,
                role="maire",
                territoire={"type": "commune", "code": "34164", "nom": "Montaud"},
                themes=("conseil citoyen",),
            )
        )
        reference = ticket.reference
    run(
        database,
        "UPDATE ticket SET updated_at = now() - make_interval(days => %s), status = %s,"
        " transcript = %s WHERE reference = %s",
        days,
        status,
        Jsonb([{"author": "elu", "text": f"Écrivez à {COURRIEL}, merci."}]),
        reference,
    )
    run(
        database,
        "INSERT INTO mail (id, ticket_id, kind, recipient, status, tries)"
        " SELECT %s, id, 'reponse', courriel, 'envoye', 1"
        " FROM ticket WHERE reference = %s",
        reference,
        reference,
    )
    return reference


@pytest.mark.parametrize(("days", "kept"), [(11 * 31, 1), (13 * 31, 0)])
async def test_a_silent_conversation_is_erased_after_its_term(
    database: Database, days: int, kept: int
) -> None:
    add_conversation(database, "a", days=days)
    run(database, "CREATE TABLE rasa.events (id serial, sender_id text)")
    run(database, "INSERT INTO rasa.events (sender_id) VALUES ('a'), ('autre')")
    assert (await erase(database))["conversations"] == 1 - kept
    assert run(database, "SELECT count(*) FROM conversation") == [(kept,)]
    assert run(database, "SELECT count(*) FROM rasa.events") == [(kept + 1,)]


async def test_contacts_leave_before_the_words(database: Database) -> None:
    reference = await add_ticket(database, days=13 * 31, status="resolu")
    run(
        database,
        "INSERT INTO ticket_message (id, ticket_id, author, visibility, body)"
        " SELECT 'm', id, 'Claire Martin', 'public', 'Bonjour Jeanne Roux, voici trois exemples.'"
        " FROM ticket",
    )
    counts = await erase(database)
    assert (counts["contacts"], counts["demandes"]) == (1, 0)
    everything = str(run(database, "SELECT t::text FROM ticket t"))
    everything += str(run(database, "SELECT body FROM ticket_message"))
    for told in ("Jeanne", "Roux", "06 39", "@exemple", COURRIEL):
        assert told not in everything
    for kept in (reference, "Relancer le conseil citoyen", "Montaud", "voici trois exemples"):
        assert kept in everything
    assert run(database, "SELECT count(*) FROM mail") == [(0,)]
    assert (await erase(database))["contacts"] == 0


@pytest.mark.parametrize(
    ("days", "status"), [(13 * 31, "en_cours"), (13 * 31, "en_attente_elu"), (300, "clos")]
)
async def test_contacts_stay_while_they_serve(database: Database, days: int, status: str) -> None:
    await add_ticket(database, days=days, status=status)
    assert (await erase(database))["contacts"] == 0
    assert run(database, "SELECT courriel FROM ticket") == [(COURRIEL,)]


async def test_an_old_request_keeps_its_case_without_its_person(database: Database) -> None:
    await add_ticket(database, days=4 * 366, status="clos")
    run(
        database,
        "INSERT INTO ticket_event (ticket_id, kind, actor, changes) SELECT id, 'rerouted',"
        """ 'Claire Martin', '{"team": ["a", "b"], "reason": "Madame Roux préfère"}' FROM ticket""",
    )
    counts = await erase(database)
    assert (counts["demandes"], counts["contacts"]) == (1, 0)
    row = run(database, "SELECT besoin, nom, courriel, role, transcript, themes FROM ticket")
    assert row == [(ERASED, None, None, None, [], ["conseil citoyen"])]
    assert "Roux" not in str(run(database, "SELECT changes FROM ticket_event"))
    assert (await erase(database))["demandes"] == 0


def _add_doors(database: Database) -> None:
    """How the accounts a and b come in, and what happened to a."""
    for compte in ("a", "b"):
        run(database, "INSERT INTO compte_totp VALUES (%s, 'scellé', now())", compte)
        run(database, "INSERT INTO compte_code_secours VALUES (%s, 'h')", compte)
        run(database, "INSERT INTO compte_identite VALUES ('i', %s, %s, now())", compte, compte)
    run(
        database,
        "INSERT INTO connexion_attendue VALUES"
        " ('1', '1', 'passée', 'v', '/console/', now() - interval '2 days'),"
        " ('2', '2', 'présente', 'v', '/console/', now())",
    )
    run(
        database,
        "INSERT INTO compte_journal (at, compte_id, nom, kind, by) VALUES"
        " (now() - interval '370 days', 'a', 'Paul Parti', 'facteur_ajoute', 'Paul Parti'),"
        " (now() - interval '350 days', 'a', 'Paul Parti', 'facteur_retire', 'Paul Parti')",
    )


async def test_what_agents_leave_goes_too(database: Database) -> None:
    run(
        database,
        "INSERT INTO compte (id, courriel, nom, role, password_hash, disabled_at) VALUES"
        " ('a', 'parti@exemple.fr', 'Paul Parti', 'conseiller', 'h', now() - interval '400 days'),"
        " ('b', 'ferme@exemple.fr', 'Flore Fermée', 'conseiller', 'h', now() - interval '9 days'),"
        " ('c', 'la@exemple.fr', 'Léa Là', 'conseiller', 'h', NULL)",
    )
    run(
        database,
        "INSERT INTO compte_session (token_hash, compte_id, created_at, seen_at) VALUES"
        " ('1', 'c', now() - interval '2 days', now() - interval '2 days'),"
        " ('2', 'c', now(), now())",
    )
    run(
        database,
        "INSERT INTO compte_invitation (token_hash, role, expires_at) VALUES"
        " ('1', 'conseiller', now() - interval '2 days'), ('2', 'conseiller', now())",
    )
    run(
        database,
        "INSERT INTO acces_journal (at, who, action) VALUES"
        " (now() - interval '370 days', 'compte:Paul', 'lire_demande'),"
        " (now() - interval '350 days', 'compte:Paul', 'lire_demande')",
    )
    _add_doors(database)
    counts = await erase(database)
    assert (counts["comptes"], counts["connexions"], counts["acces"]) == (1, 3, 2)
    for table in ("compte_totp", "compte_code_secours", "compte_identite"):
        assert run(database, f"SELECT compte_id FROM {table}") == [("b",)]  # noqa: S608
    assert run(database, "SELECT nonce FROM connexion_attendue") == [("présente",)]
    assert run(database, "SELECT kind FROM compte_journal") == [("facteur_retire",)]
    assert run(database, "SELECT courriel, nom, password_hash FROM compte ORDER BY id") == [
        ("efface:a", "Paul Parti", None),
        ("ferme@exemple.fr", "Flore Fermée", "h"),
        ("la@exemple.fr", "Léa Là", "h"),
    ]
    assert (await erase(database))["comptes"] == 0


async def test_questions_of_the_gap_board_leave_at_their_term_or_with_their_conversation(
    database: Database,
) -> None:
    for name, days in (("vieille", 0), ("recente", 0), ("muette", 400)):
        add_conversation(database, name, days=days)
        run(
            database,
            "INSERT INTO conversation_item (id, conversation_id, seq, author, text)"
            " VALUES (%s, %s, 1, 'elu', 'Que faire contre les chats errants ?')",
            name,
            name,
        )
        run(
            database,
            "INSERT INTO lacune (item_id, motif, question, themes, at)"
            " VALUES (%s, 'sans_reponse', 'Que faire contre les chats errants ?', '{}',"
            " now() - make_interval(days => %s))",
            name,
            {"vieille": 400}.get(name, 10),
        )
    run(
        database,
        "INSERT INTO phrase_apprise (texte, intention, par, at) VALUES"
        " ('Qui aide contre les chats errants ?', 'chercher_acteur', 'Claire Martin',"
        " now() - interval '25 months'), ('Une monnaie locale ?', 'chercher_exemple', 'Claire"
        " Martin', now() - interval '20 months')",
    )
    counts = await erase(database)
    assert (counts["conversations"], counts["lacunes"], counts["phrases"]) == (1, 1, 1)
    assert run(database, "SELECT item_id FROM lacune") == [("recente",)]
    assert run(database, "SELECT texte FROM phrase_apprise") == [("Une monnaie locale ?",)]


async def test_a_rehearsal_counts_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    add_conversation(database, "a", days=500)
    await add_ticket(database, days=13 * 31, status="clos")
    facts: dict[str, Any] = {"erased": ERASED, "data_dir": tmp_path}
    counted = await rehearse(database, KEPT, **facts)
    assert (counted["conversations"], counted["contacts"]) == (1, 1)
    assert run(database, "SELECT count(*) FROM conversation") == [(1,)]
    assert run(database, "SELECT courriel FROM ticket") == [(COURRIEL,)]
    assert run(database, "SELECT count(*) FROM conservation_passage") == [(0,)]
    assert await erase(database, tmp_path) == counted
    assert run(database, "SELECT effaces FROM conservation_passage") == [(counted,)]


async def test_old_back_ups_go_but_never_the_last(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "sauvegardes"
    folder.mkdir()
    for name, days in (("a", 80), ("b", 60), ("c", 40)):
        file = folder / f"orientation-{name}.sauvegarde"
        file.write_bytes(b"")
        os.utime(file, (time.time() - days * 86400,) * 2)
    assert (await erase(database, tmp_path))["sauvegardes"] == 2
    assert [each.name for each in folder.iterdir()] == ["orientation-c.sauvegarde"]


async def test_the_log_of_the_embedded_database_loses_its_old_lines(
    database: Database, tmp_path: Path
) -> None:
    log = tmp_path / "postgres" / "log"
    log.parent.mkdir()
    today = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    old = "2020-01-01 00:00:00.000 UTC [1] ERROR:  x\n\tqui continue\n"
    kept = f"{today}.123 UTC [2] LOG:  ready\n\tqui continue\n"
    log.write_text(old + kept, encoding="utf-8")
    with log.open("a", encoding="utf-8") as server:  # open while its lines leave
        await rehearse(database, KEPT, erased=ERASED, data_dir=tmp_path)
        assert log.read_text(encoding="utf-8") == old + kept
        await erase(database, tmp_path)
        server.write(kept)
    assert log.read_text(encoding="utf-8") == kept + kept


async def test_the_job_runs_every_day_and_survives_an_error(
    database: Database, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    retain = Retain(KEPT, erased=ERASED, data_dir=tmp_path, now=lambda: now)
    async with database.sessions.begin() as session:
        assert await retain(session, {}) == now + timedelta(days=1)
    run(database, "ALTER TABLE mail RENAME TO ailleurs")
    async with database.sessions.begin() as session:
        assert await retain(session, {}) == now + timedelta(hours=1)
    run(database, "ALTER TABLE ailleurs RENAME TO mail")
    add_conversation(database, "a", days=500)
    await schedule_retention(database)
    await schedule_retention(database)
    worker = Worker(database.url, {RETAIN: retain})
    worker.start()
    try:
        deadline = time.monotonic() + 10
        while run(database, "SELECT count(*) FROM conversation") != [(0,)]:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    finally:
        await worker.stop()
    assert run(database, "SELECT kind FROM job") == [(RETAIN,)]


def test_every_kind_is_erased_by_someone() -> None:
    assert {*ECHEANCES, "sauvegardes"} == set(SERVICE)
    assert {each.id for each in KEPT.traitements if each.efface_par == "service"} == set(SERVICE)


def test_the_setting_in_months_wins_for_conversations() -> None:
    found = conservation_of(Settings(retention_months=6))
    assert str(found.of("conversations").duree) == "6 mois"
    assert found.of("demandes") == KEPT.of("demandes")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("id: courriels", "id: lettres", "« courriels » manque"),
        ("id: courriels", "id: acces", "« acces » est décrit deux fois"),
        ("{jours: 35}", "{jours: 35, mois: 2}", "sauvegardes"),
        ("{mois: 36}", "{annees: 3}", "annees"),
        ("{jours: 1}", "{jours: 0}", "jours"),
        ("efface_par: exploitant", "efface_par: service", "« efface_par » ne dit pas"),
        ('depart: "l’accès"', 'depart: ""', "depart"),
        (f"{{mois: 12}}{_OF_ACCES}", f"{{mois: 6}}{_OF_ACCES}", "un an"),
        ("version:", "version: [", "ligne"),
    ],
)
def test_a_wrong_file_is_told_in_french(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "conservation.yml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConservationInvalide) as refusal:
        conservation_of(Settings(retention_file=file))
    if told == "sauvegardes":
        told = f"traitements.{SERVICE.index('sauvegardes')}.duree"
    assert told in str(refusal.value)
